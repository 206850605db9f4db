/** What this server declares in its initialize response. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../base/l10n';
import { BREAKPOINT_MODES } from '../debug/breakpoint-modes';
import { DEFAULT_FILTERS, type ExceptionFilter } from '../debug/exception-list';

/** The filters that a client lists; all others are reached by their ids and by conditions. */
export const checkboxes = (filters: readonly ExceptionFilter[]): DebugProtocol.ExceptionBreakpointsFilter[] =>
  filters
    .filter(({ heading }) => heading === undefined)
    .map(({ id, label, description, conditionHint }) => ({
      filter: id,
      label,
      description,
      default: DEFAULT_FILTERS.some((one) => one.id === id),
      supportsCondition: true,
      conditionDescription: conditionHint,
    }));

/** What a client and its transport allow. */
interface Allowed {
  readonly canStyle: boolean;
  /** The machine can outlive the session. */
  readonly isShared: boolean;
}

/** Capabilities that exist and are tested. */
export function capabilities(
  filters: readonly ExceptionFilter[],
  { canStyle, isShared }: Allowed,
): DebugProtocol.Capabilities {
  return {
    supportsConfigurationDoneRequest: true,
    supportsFunctionBreakpoints: true,
    supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true,
    supportsEvaluateForHovers: true,
    exceptionBreakpointFilters: checkboxes(filters),
    supportsStepBack: true,
    supportsSetVariable: true,
    supportsRestartFrame: true,
    supportsGotoTargetsRequest: true,
    supportsStepInTargetsRequest: true,
    supportsCompletionsRequest: true,
    completionTriggerCharacters: ['.', ':', '$', '['],
    supportsModulesRequest: true,
    additionalModuleColumns: [
      { attributeName: 'isa', label: t`Instruction set`, type: 'string' },
      { attributeName: 'physicalRange', label: t`Physical`, type: 'string' },
      { attributeName: 'worlds', label: t`Worlds`, type: 'string' },
    ],
    supportedChecksumAlgorithms: ['MD5'],
    supportsRestartRequest: true,
    supportsExceptionOptions: true,
    supportsValueFormattingOptions: true,
    supportsExceptionInfoRequest: true,
    supportTerminateDebuggee: isShared,
    supportSuspendDebuggee: isShared,
    supportsDelayedStackTraceLoading: true,
    supportsLoadedSourcesRequest: true,
    supportsLogPoints: true,
    supportsSetExpression: true,
    supportsTerminateRequest: true,
    supportsDataBreakpoints: true,
    supportsReadMemoryRequest: true,
    supportsWriteMemoryRequest: true,
    supportsDisassembleRequest: true,
    supportsCancelRequest: true,
    supportsBreakpointLocationsRequest: true,
    supportsClipboardContext: true,
    supportsSteppingGranularity: true,
    supportsInstructionBreakpoints: true,
    breakpointModes: BREAKPOINT_MODES.map(({ mode, label, description }) => ({
      mode,
      label: t(label),
      description: t(description),
      appliesTo: ['source', 'instruction'],
    })),
    supportsExceptionFilterOptions: true,
    supportsSingleThreadExecutionRequests: true,
    // 1.66, not in the 1.68 typings' older revisions.
    supportsDataBreakpointBytes: true,
    supportsANSIStyling: canStyle,
  };
}
