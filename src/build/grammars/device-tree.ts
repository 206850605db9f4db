/** The grammar of device tree sources: Devicetree Specification 0.4, "Devicetree Source (DTS) Format". */
import { cComments, type Grammar, preprocessor, rules, strings } from './textmate';

const scope = 'dts';
const NAME = '[A-Za-z0-9,._+?#-]+';

export const deviceTreeGrammar: Grammar = {
  name: 'Device Tree',
  scopeName: `source.worldstep.${scope}`,
  patterns: rules('comments', 'preprocessor', 'directives', 'labels', 'nodes', 'properties', 'values'),
  repository: {
    comments: cComments(scope),
    preprocessor: preprocessor(scope, rules('comments', 'values')),
    directives: { name: `keyword.control.directive.${scope}`, match: '/[a-z][a-z0-9-]*/' },
    labels: {
      match: '([A-Za-z_]\\w*)[ \\t]*(:)',
      captures: { 1: { name: `entity.name.label.${scope}` }, 2: { name: `punctuation.separator.${scope}` } },
    },
    // name@address { and &label { and / {
    nodes: {
      patterns: [
        {
          match: `(?<![\\w])(${NAME})(?:(@)([0-9A-Fa-f,._+-]+|\\w+))?(?=\\s*\\{)`,
          captures: {
            1: { name: `entity.name.type.node.${scope}` },
            2: { name: `punctuation.separator.${scope}` },
            3: { name: `constant.numeric.address.${scope}` },
          },
        },
        { name: `entity.name.type.node.${scope}`, match: '/(?=\\s*\\{)' },
      ],
    },
    properties: { name: `variable.other.property.${scope}`, match: `(?<![\\w<(,-])${NAME}(?=\\s*(?:=|;))` },
    values: {
      patterns: rules('strings', 'references', 'bytes', 'macros', 'numbers', 'characters', 'operators'),
    },
    strings: strings(scope),
    references: {
      name: `variable.other.reference.${scope}`,
      match: `&(?:[A-Za-z_]\\w*|\\{[^}]*\\})`,
    },
    // [00 11 22]
    bytes: {
      begin: '\\[',
      end: '\\]|;',
      patterns: [{ name: `constant.numeric.${scope}`, match: '[0-9A-Fa-f]{2}' }, ...rules('comments', 'labels')],
    },
    macros: { name: `support.constant.macro.${scope}`, match: '\\b[A-Z_][A-Z0-9_]*\\b' },
    numbers: {
      name: `constant.numeric.${scope}`,
      match: '(?<![\\w-])(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:[uU]?[lL]{0,2})\\b',
    },
    characters: { name: `constant.character.${scope}`, match: "'(?:\\\\.|[^'\\\\])'" },
    operators: { name: `keyword.operator.${scope}`, match: '<<|>>|==|!=|<=|>=|&&|\\|\\||[-+*/%&|^~!?]' },
  },
};
