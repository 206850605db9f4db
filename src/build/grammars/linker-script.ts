/** The grammar of linker scripts: GNU ld, "Linker Scripts". LLD reads the same. */
import { anyOf, cComments, type Grammar, preprocessor, rules, strings } from './textmate';

const scope = 'linkerscript';

const COMMANDS = `
  SECTIONS MEMORY PHDRS VERSION ENTRY INCLUDE INPUT GROUP AS_NEEDED OUTPUT SEARCH_DIR STARTUP OUTPUT_FORMAT TARGET
  OUTPUT_ARCH REGION_ALIAS ASSERT EXTERN FORCE_COMMON_ALLOCATION INHIBIT_COMMON_ALLOCATION FORCE_GROUP_ALLOCATION INSERT
  AFTER BEFORE NOCROSSREFS NOCROSSREFS_TO LD_FEATURE PROVIDE PROVIDE_HIDDEN HIDDEN OVERLAY`;

const SECTION_WORDS = `
  KEEP SORT SORT_BY_NAME SORT_BY_ALIGNMENT SORT_BY_INIT_PRIORITY SORT_NONE REVERSE EXCLUDE_FILE COMMON CONSTRUCTORS
  CREATE_OBJECT_SYMBOLS FILL BYTE SHORT LONG QUAD SQUAD ASCIZ LINKER_VERSION AT SUBALIGN ONLY_IF_RO ONLY_IF_RW
  NOLOAD DSECT COPY INFO READONLY TYPE`;

const FUNCTIONS = `
  ABSOLUTE ADDR ALIGN ALIGNOF BLOCK DATA_SEGMENT_ALIGN DATA_SEGMENT_END DATA_SEGMENT_RELRO_END DEFINED LENGTH len l LOADADDR
  LOG2CEIL MAX MIN NEXT ORIGIN org o SEGMENT_START SIZEOF SIZEOF_HEADERS CONSTANT`;

const words = (text: string): string => anyOf(text.trim().split(/\s+/));
const NAME = '[A-Za-z_.$][\\w.$-]*';

export const linkerScriptGrammar: Grammar = {
  name: 'Linker Script',
  scopeName: `source.worldstep.${scope}`,
  patterns: rules('comments', 'preprocessor', 'regions', 'sections', 'code'),
  repository: {
    comments: cComments(scope),
    preprocessor: preprocessor(scope, rules('comments', 'code')),
    // NAME (rwx) : ORIGIN = …
    regions: {
      match: `^[ \\t]*(\\w+)[ \\t]*(\\([!a-zA-Z]*\\))?[ \\t]*:[ \\t]*(?=ORIGIN|org\\b|o[ \\t]*=)`,
      captures: {
        1: { name: `entity.name.type.region.${scope}` },
        2: { name: `storage.modifier.${scope}` },
      },
    },
    // .text ADDRESS : or *(.text .text.*)
    sections: {
      patterns: [
        {
          match: `^[ \\t]*(${NAME}|/DISCARD/)(?=[^;={}]*:(?![:=])(?:[^;]*\\{|[ \\t]*$|[^;{]*$))`,
          captures: { 1: { name: `entity.name.section.${scope}` } },
        },
      ],
    },
    code: {
      patterns: rules(
        'strings',
        'keywords',
        'placements',
        'inputs',
        'assignments',
        'location',
        'numbers',
        'sectionNames',
        'operators',
      ),
    },
    strings: strings(scope),
    keywords: {
      patterns: [
        { name: `keyword.control.${scope}`, match: `\\b${words(COMMANDS)}\\b(?![.-])` },
        { name: `support.function.${scope}`, match: `\\b${words(FUNCTIONS)}(?=[ \\t]*[=(])|\\bSIZEOF_HEADERS\\b` },
        { name: `keyword.other.${scope}`, match: `\\b${words(SECTION_WORDS)}\\b(?![.-])` },
      ],
    },
    // > REGION, AT> REGION, :phdr
    placements: {
      match: '(>)[ \\t]*([A-Za-z_]\\w*)',
      captures: {
        1: { name: `keyword.operator.${scope}` },
        2: { name: `entity.name.type.region.${scope}` },
      },
    },
    // *entry.o(.text.boot)
    inputs: {
      match: '(\\*[\\w.*?/-]*|[\\w.*?/-]*\\*[\\w.*?/-]*|[\\w/-]+\\.(?:o|a|rlib))(?=[ \\t]*\\()',
      captures: { 1: { name: `string.unquoted.file.${scope}` } },
    },
    assignments: {
      match: `(?<![\\w.$-])([A-Za-z_$][\\w.$]*)[ \\t]*((?:[-+*/&|]|<<|>>)?=)(?!=)`,
      captures: {
        1: { name: `variable.other.constant.${scope}` },
        2: { name: `keyword.operator.assignment.${scope}` },
      },
    },
    location: { name: `variable.language.location.${scope}`, match: '(?<![\\w.$*)-])\\.(?![\\w.*])' },
    numbers: {
      name: `constant.numeric.${scope}`,
      match: '(?<![\\w.$])(?:0[xX][0-9a-fA-F]+|\\$[0-9a-fA-F]+|[0-9][0-9a-fA-F]*[hHoObBdD]|[0-9]+)[kKmM]?(?![\\w.])',
    },
    sectionNames: { name: `entity.name.section.${scope}`, match: '(?<![\\w$])\\.[A-Za-z_][\\w.$*-]*' },
    operators: { name: `keyword.operator.${scope}`, match: '<<|>>|==|!=|<=|>=|&&|\\|\\||[-+*/%&|^~!<>?:=]' },
  },
};
