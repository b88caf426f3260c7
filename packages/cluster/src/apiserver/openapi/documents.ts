import { createHash } from 'node:crypto';
import { type Clock, type Pacer, pacerOf } from '@tiphys/sdk/runtime';
import * as api from '@tiphys/sdk/api';
import { type AnyKind, erase } from '@tiphys/sdk/schema';
import { Definitions, operationNames } from './definitions.ts';
import { loadTexts } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, versionInfo } from './meta-shapes.ts';
import { type Body, Operations } from './operations.ts';
import { getOnly } from './plain-paths.ts';

/** A document as it goes out, and the digest that clients know it by. */
export interface Document {
  readonly bytes: Buffer;
  readonly hash: string;
}

/** Bodies of subresources, which no path serves by themselves. */
const bodiesOnly: readonly AnyKind[] = [erase(api.tokenRequest), erase(api.eviction), erase(api.scale)];
const info = { title: 'Kubernetes', version: '1.36' };
const bearer = {
  BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
};

/** Every OpenAPI document, computed from the declarations when the first client asks, in steps that hold nobody up. */
export class Documents {
  readonly #kinds: readonly AnyKind[];
  readonly #pacer: Pacer;
  #v3: Promise<ReadonlyMap<string, Document>> | undefined;
  #v2: Promise<Document> | undefined;

  constructor(kinds: readonly AnyKind[], clock: Clock) {
    this.#kinds = kinds;
    this.#pacer = pacerOf(clock);
  }

  /** By path: `api/v1`, `apis/apps`, `version`. */
  v3(): Promise<ReadonlyMap<string, Document>> {
    return (this.#v3 ??= this.#makeV3());
  }

  /** The one document of OpenAPI 2. */
  v2(): Promise<Document> {
    return (this.#v2 ??= this.#makeV2());
  }

  /** Made anew for each use: once the documents are written, the texts needn't be kept. */
  async #prepare(): Promise<Definitions> {
    return new Definitions([...this.#kinds, ...bodiesOnly], await loadTexts());
  }

  async #makeV3(): Promise<ReadonlyMap<string, Document>> {
    const definitions = await this.#prepare();
    const out = new Map<string, Document>();
    const groups = new Set(this.#kinds.map((k) => k.group).filter(Boolean));
    const plain: readonly [string, string, string][] = [
      ['api', 'get available API versions', apiVersions.shape.name],
      ['apis', 'get available API versions', apiGroupList.shape.name],
      ['version', 'get the version information for this server', versionInfo.shape.name],
      ...[...groups].map((g): [string, string, string] => [
        `apis/${g}`,
        'get information of a group',
        apiGroup.shape.name,
      ]),
    ];
    for (const [path, description, name] of plain) {
      const item = getOnly('v3', path, { description, name });
      out.set(path, await this.#write('v3', [[`/${path}/`, item]], { names: [name], definitions }));
    }
    for (const [path, kinds] of this.#byPath()) {
      const bodies = this.#bodies();
      const paths: [string, object][] = [];
      const used = new Set(operationNames);
      for (const kind of kinds) {
        used.add(kind.schema.shape.name);
        if (kind.verbs.includes('list')) used.add(`${kind.schema.shape.name}List`);
        paths.push(
          ...new Operations('v3').paths(kind, (...of) => {
            const body = bodies(...of);
            used.add(body.name);
            return body;
          }),
        );
        await this.#pacer.turn();
      }
      used.add(apiResourceList.shape.name);
      const list = { description: 'get available resources', name: apiResourceList.shape.name };
      paths.unshift([`/${path}/`, getOnly('v3', path, list)]);
      out.set(path, await this.#write('v3', paths, { names: used, definitions }));
    }
    return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #makeV2(): Promise<Document> {
    const definitions = await this.#prepare();
    const bodies = this.#bodies();
    const used = new Set(operationNames);
    const paths: [string, object][] = [];
    for (const kind of this.#kinds) {
      used.add(kind.schema.shape.name);
      if (kind.verbs.includes('list')) used.add(`${kind.schema.shape.name}List`);
      paths.push(
        ...new Operations('v2').paths(kind, (...of) => {
          const body = bodies(...of);
          used.add(body.name);
          return body;
        }),
      );
      await this.#pacer.turn();
    }
    used.add(versionInfo.shape.name);
    const version = { description: 'get the version information for this server', name: versionInfo.shape.name };
    paths.push(['/version/', getOnly('v2', 'version', version)]);
    return this.#write('v2', paths, { names: used, definitions });
  }

  #byPath(): Map<string, AnyKind[]> {
    const out = new Map<string, AnyKind[]>();
    for (const kind of this.#kinds) {
      const path = kind.group ? `apis/${kind.group}/${kind.version}` : `api/${kind.version}`;
      const own = out.get(path);
      if (own) own.push(kind);
      else out.set(path, [kind]);
    }
    return out;
  }

  /** Which definition a subresource's body has. */
  #bodies(): (kind: string, group: string, version: string) => Body {
    const all = new Map([...this.#kinds, ...bodiesOnly].map((k) => [`${k.group}/${k.version}/${k.kind}`, k]));
    return (kind, group, version) => {
      const name = all.get(`${group}/${version}/${kind}`)?.schema.shape.name ?? '';
      return { kind, group, version, name };
    };
  }

  /** Text by text, so that no document is turned into JSON in one go. */
  async #write(
    dialect: Dialect,
    paths: readonly [string, object][],
    { names, definitions }: { names: Iterable<string>; definitions: Definitions },
  ): Promise<Document> {
    const pieces: Buffer[] = [];
    const digest = createHash('sha512');
    const add = (text: string) => {
      const piece = Buffer.from(text);
      digest.update(piece);
      pieces.push(piece);
    };
    const v3 = dialect === 'v3';
    add(`${v3 ? '{"openapi":"3.0.0"' : '{"swagger":"2.0"'},"info":${JSON.stringify(info)},"paths":{`);
    let separator = '';
    for (const [path, item] of paths) {
      add(`${separator}${JSON.stringify(path)}:${JSON.stringify(item)}`);
      separator = ',';
      await this.#pacer.turn();
    }
    add(v3 ? '},"components":{"schemas":{' : '},"definitions":{');
    separator = '';
    for (const name of definitions.reachable([...names].filter(Boolean))) {
      add(`${separator}${JSON.stringify(name)}:${definitions.text(name, dialect)}`);
      separator = ',';
      await this.#pacer.turn();
    }
    add(
      v3
        ? `},"securitySchemes":${JSON.stringify(bearer)}}}`
        : `},"securityDefinitions":${JSON.stringify(bearer)},"security":[{"BearerToken":[]}]}`,
    );
    return { bytes: Buffer.concat(pieces), hash: digest.digest('hex').toUpperCase() };
  }
}
