/** `explain …`: an address as a request or the Debug Console names it, in words. */
import { ExpressionError } from '../../debug/expression/ast';
import type { EvaluationScope } from '../../debug/expression/scope';
import { type Access, parseReference } from '../../debug/memory';
import type { DebugTarget } from '../../debug/target';
import { parseExplain } from '../../inspect/explain-request';
import type { Session } from '../session';

/**
 * The explanation of what stands behind `explain`. The expression is evaluated in `scope`; `access` goes before the one
 * that the text names.
 * @throws ExpressionError that says which words are right
 */
export function explainText(
  session: Session,
  target: DebugTarget,
  text: string,
  scope: EvaluationScope,
  access?: Access,
): string[] {
  const request = parseExplain(text);
  if (typeof request === 'string') throw new ExpressionError(request);
  const { space, place } = request;
  const world = request.world ?? frameWorld(target, scope);
  const address = parseReference(place)?.address ?? target.values.addressOf(place, scope);
  return session.inspection?.explain(scope.cpu.hart, { space, address }, access ?? request.access, world) ?? [];
}

/** The world of the selected frame, when it is not the one that the hart is in. */
export function frameWorld(target: DebugTarget, { cpu }: EvaluationScope): EvaluationScope['cpu']['world'] | undefined {
  return cpu.world.mode === target.cpu(cpu.hart).world.mode ? undefined : cpu.world;
}
