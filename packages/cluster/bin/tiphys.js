#!/usr/bin/env node
// npm links this file, which is there before anything is compiled.
import '../dist/cli/main.js';
