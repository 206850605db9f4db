/** The layer table as rules of dependency-cruiser, and the run of it. */
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { COMPOSERS, LAYERS, RESERVED_MODULES } from './layers.js';

/** @param root folder that holds the layers, relative to `base`, e.g. `src`. */
const layerRules = (root: string): IForbiddenRuleType[] => {
  const folders = (names: readonly string[]) => `^${root}/(${names.join('|')})/`;
  const rules: IForbiddenRuleType[] = Object.entries(LAYERS).map(([layer, allowed]) => ({
    name: `${layer} may import ${allowed.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^${root}/${layer}/` },
    to: { path: `^${root}/`, pathNot: folders([layer, ...allowed]) },
  }));
  for (const { pattern, layers, why, isNodeBuiltin } of RESERVED_MODULES) {
    rules.push({
      name: `${isNodeBuiltin ? 'Node built-ins' : pattern} only in ${layers.join(', ')}: ${why}`,
      severity: 'error',
      from: { path: `^${root}/`, pathNot: folders(layers) },
      to: { path: pattern, ...(isNodeBuiltin && { dependencyTypes: ['core'] }) },
    });
  }
  rules.push(
    {
      name: 'no cycles',
      severity: 'error',
      from: { path: `^${root}/` },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'one instruction set never imports another',
      severity: 'error',
      from: { path: `^${root}/isa/(?!core/)([^/]+)/` },
      to: { path: `^${root}/isa/`, pathNot: [`^${root}/isa/core/`, `^${root}/isa/$1/`] },
    },
    {
      name: 'only boards name an instruction set',
      severity: 'error',
      from: { path: `^${root}/`, pathNot: [`^${root}/isa/`, `^${root}/machine/boards/`, folders(COMPOSERS)] },
      to: { path: `^${root}/isa/(?!core/)` },
    },
  );
  return rules;
};

export interface LayerViolation {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
}

/** Finds imports that break the layer table in `root`. */
export const findLayerViolations = async (root: string, baseDir: string): Promise<LayerViolation[]> => {
  const { output } = await cruise([root], {
    baseDir,
    ruleSet: { forbidden: layerRules(root) },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.wasm$' },
  });
  const { summary } = output as ICruiseResult;
  return summary.violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name }));
};
