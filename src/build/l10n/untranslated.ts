/** Finds texts that users are shown in English whatever their language: literals where a translated text belongs. */
import ts from 'typescript';

/** Entries of objects that are shown. */
const SHOWN = new Set([
  'title',
  'label',
  'placeHolder',
  'prompt',
  'detail',
  'description',
  'tooltip',
  'openLabel',
  'saveLabel',
  'conditionHint',
]);
/** What is thrown to be read. */
const ERRORS = /^(User|Expression|Recipe|Load|HostFile|Image)Error$/;
/** What is called to say something. */
const SAYS = /^show(Information|Warning|Error)Message$/;

/**
 * The literals of a source that are shown as they stand, each with what to write.
 * @param known texts of tables, which are translated where they are shown
 */
export function untranslatedIn(source: string, path: string, known: ReadonlySet<string>): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const check = (node: ts.Node): void => {
    if (ts.isConditionalExpression(node)) {
      check(node.whenTrue);
      check(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      check(node.right);
    } else if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const text = textOf(node);
      if (!isProse(text) || known.has(text)) return;
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`untranslated: ${path}:${line} shows ${JSON.stringify(text)}. Write it as t\`…\` of base/l10n.`);
    }
  };
  const look = (node: ts.Node): void => {
    for (const shown of shownBy(node)) check(shown);
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

/** The parts of a node that users are shown. */
function shownBy(node: ts.Node): readonly ts.Node[] {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && ERRORS.test(node.expression.text))
    return node.arguments ?? [];
  if (ts.isCallExpression(node) && SAYS.test(nameOf(node.expression))) return node.arguments;
  if (ts.isPropertyAssignment(node) && SHOWN.has(node.name.getText())) return [node.initializer];
  return [];
}

const nameOf = (called: ts.Node): string => (ts.isPropertyAccessExpression(called) ? called.name.text : '');

/** A literal's text; what it inserts is left out. */
const textOf = (node: ts.StringLiteralLike | ts.TemplateExpression): string =>
  ts.isTemplateExpression(node)
    ? node.head.text + node.templateSpans.map(({ literal }) => literal.text).join('')
    : node.text;

/** Whether a text has words besides icons, options and our name. */
const isProse = (text: string): boolean => /[a-z]{2}/i.test(text.replace(/\$\([\w~-]+\)|Worldstep|--[a-z]+/g, ''));
