/** RFC 7541, Appendix A: a field a line, the first of which has index 1. */
const fields = `
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`.split('\n');

/** By index; there is none at 0. */
export const staticNames: readonly string[] = fields.map((field) => /^\S*/.exec(field)![0]);
export const staticValues: readonly string[] = fields.map((field, i) => field.slice(staticNames[i]!.length + 1));

/** The index at which the dynamic table begins. */
export const firstDynamic = fields.length;

/** The least index of each name. */
export const staticIndexes: ReadonlyMap<string, number> = new Map(
  staticNames.map((name, i): [string, number] => [name, i]).toReversed(),
);
