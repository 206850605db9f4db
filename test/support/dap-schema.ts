/**
 * Whether messages are what the Debug Adapter Protocol says. The protocol's typings are generated from its JSON schema and
 * come with `@vscode/debugprotocol`: they are read as data here.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import ts from 'typescript';
import type { Json } from './dap-client';

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;
type Members = ReadonlyMap<string, ts.PropertySignature>;

/** Members that the protocol leaves to the adapter, by interface; `true`: whatever there is. */
const OWN: Readonly<Record<string, true | readonly string[]>> = {
  InitializeRequestArguments: ['worldstepEvents'],
  LaunchRequestArguments: true,
  AttachRequestArguments: true,
  // For VS Code's menus.
  Variable: ['__vscodeVariableMenuContext'],
  // Memory Inspector's.
  WriteMemoryArguments: ['count'],
  // Declared by the capability `additionalModuleColumns`.
  Module: ['isa', 'physicalRange', 'worlds'],
};

/** The schema's only number that is not an integer. */
const FRACTIONS: ReadonlySet<string> = new Set(['percentage']);

const declarations = read();

function read(): ReadonlyMap<string, Declaration> {
  const folder = dirname(createRequire(import.meta.url).resolve('@vscode/debugprotocol/package.json'));
  const file = 'debugProtocol.d.ts';
  const text = readFileSync(join(folder, 'lib', file), 'utf8');
  const found = new Map<string, Declaration>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) found.set(node.name.text, node);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

/** What is wrong with a message, a line each; nothing for requests and events that the protocol does not have. */
export function messageProblems(message: DebugProtocol.ProtocolMessage): string[] {
  const { command, event, type, success } = message as Json;
  const suffix = { request: 'Request', response: 'Response', event: 'Event' }[type as string];
  if (suffix === undefined) return [`type: ${type} is no kind of message`];
  const word: string = command ?? event ?? '';
  const own = word.includes('/');
  const name = `${word.slice(0, 1).toUpperCase()}${word.slice(1)}${suffix}`;
  if (!own && !declarations.has(name)) return [`${word}: the protocol has no ${suffix.toLowerCase()} of that name`];
  const shape = success === false ? 'ErrorResponse' : own ? suffix : name;
  return named(message, shape, `${word} ${suffix.toLowerCase()}`);
}

function named(value: Json, name: string, at: string): string[] {
  const declaration = declarations.get(name);
  if (declaration === undefined) throw new Error(`the protocol's typings have no ${name}`);
  if (ts.isTypeAliasDeclaration(declaration)) return typed(value, declaration.type, at);
  return object(value, members(declaration), undefined, OWN[name] ?? [], at);
}

/** Members of an interface; what it says itself stands before what it inherits. */
function members(declaration: ts.InterfaceDeclaration): Members {
  const all = new Map<string, ts.PropertySignature>();
  for (const { expression } of (declaration.heritageClauses ?? []).flatMap(({ types }) => [...types])) {
    const base = declarations.get(expression.getText());
    if (base !== undefined && ts.isInterfaceDeclaration(base))
      for (const [name, one] of members(base)) all.set(name, one);
  }
  for (const [name, one] of properties(declaration.members)) all.set(name, one);
  return all;
}

const properties = (list: ts.NodeArray<ts.TypeElement>): Members =>
  new Map(list.filter(ts.isPropertySignature).map((one) => [one.name.getText(), one]));

function object(
  value: Json,
  known: Members,
  others: ts.TypeNode | undefined,
  own: true | readonly string[],
  at: string,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [wrong(value, at, 'an object')];
  const missing = [...known]
    .filter(([name, { questionToken }]) => questionToken === undefined && value[name] === undefined)
    .map(([name]) => `${at}: ${name} is missing`);
  const given = Object.entries(value).flatMap(([name, one]) => {
    if (one === undefined) return [];
    const type = known.get(name)?.type ?? others;
    if (type !== undefined) return typed(one, type, `${at}.${name}`);
    return own === true || own.includes(name) ? [] : [`${at}: the protocol has no ${name} here`];
  });
  return [...missing, ...given];
}

function typed(value: Json, type: ts.TypeNode, at: string): string[] {
  if (ts.isParenthesizedTypeNode(type)) return typed(value, type.type, at);
  if (ts.isTypeReferenceNode(type)) return named(value, type.typeName.getText(), at);
  if (ts.isArrayTypeNode(type)) {
    if (!Array.isArray(value)) return [wrong(value, at, 'a list')];
    return value.flatMap((one, index) => typed(one, type.elementType, `${at}[${index}]`));
  }
  if (ts.isTypeLiteralNode(type)) {
    const others = type.members.find(ts.isIndexSignatureDeclaration)?.type;
    return object(value, properties(type.members), others, [], at);
  }
  if (ts.isUnionTypeNode(type)) {
    const tries = type.types.map((one) => typed(value, one, at));
    return tries.some((problems) => problems.length === 0) ? [] : [wrong(value, at, type.getText())];
  }
  return simple(value, type, at) ? [] : [wrong(value, at, type.getText())];
}

function simple(value: Json, type: ts.TypeNode, at: string): boolean {
  if (ts.isLiteralTypeNode(type)) {
    if (type.literal.kind === ts.SyntaxKind.NullKeyword) return value === null;
    if (ts.isStringLiteral(type.literal)) return value === type.literal.text;
  }
  switch (type.kind) {
    case ts.SyntaxKind.AnyKeyword:
      return true;
    case ts.SyntaxKind.StringKeyword:
      return typeof value === 'string';
    case ts.SyntaxKind.BooleanKeyword:
      return typeof value === 'boolean';
    case ts.SyntaxKind.NumberKeyword:
      return typeof value === 'number' && (Number.isInteger(value) || FRACTIONS.has(at.split('.').pop() ?? ''));
    default:
      throw new Error(`the protocol's typings have a kind of type that is not known here: ${type.getText()}`);
  }
}

const wrong = (value: Json, at: string, wanted: string): string =>
  `${at}: ${JSON.stringify(value)?.slice(0, 80)} is not ${wanted}`;

/** What is wrong with one side's messages in the order in which they were sent. */
export function conversationProblems(messages: readonly DebugProtocol.ProtocolMessage[]): string[] {
  const asked = new Map<number, string>();
  let last = 0;
  const problems: string[] = [];
  for (const message of messages as Json[]) {
    problems.push(...messageProblems(message));
    if (message.type === 'request') {
      asked.set(message.seq, message.command);
      continue;
    }
    if (message.seq !== last + 1) problems.push(`seq ${message.seq} comes after ${last}`);
    last = message.seq;
    if (message.type !== 'response') continue;
    const { request_seq: to, command } = message;
    if (asked.get(to) !== command) problems.push(`the response to ${command} (${to}) has no request`);
    asked.delete(to);
  }
  return problems;
}
