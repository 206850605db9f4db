/**
 * "Break on its like": exception filters that a row of a view sets. They stand beside those of the client's Breakpoints
 * view, which sends its whole list whenever one of its checkboxes changes and knows nothing of ours.
 */
import { t } from '../../base/l10n';
import type { Args } from '../arguments';
import { badArgument, badFilter } from '../errors';
import type { Handler } from '../server';
import type { Session } from '../session';
import type { ExceptionEntry } from '../wishes';

/** Filters of rows that can be set at once. */
const MOST_LIKES = 100;

/** `exceptions/filters`, `exceptions/likes`, `exceptions/addLike`, `exceptions/removeLike`. */
export function likeRequests(session: Session): Record<string, Handler> {
  const list = () => ({
    likes: session.wishes.likes.map(({ id, condition }) => ({ filter: id, condition: condition ?? '' })),
  });
  const entry = (args: Args) => ({ id: args.string('filter'), condition: args.string('condition') });
  const without = (gone: ExceptionEntry): ExceptionEntry[] =>
    session.wishes.likes.filter((one) => one.id !== gone.id || one.condition !== gone.condition);
  return {
    'exceptions/filters': () => {
      session.need('exceptions/filters');
      const filters = session.services
        .exceptionFilters(session.debuggee.filterScope)
        .flatMap(({ id, label, description, heading }) =>
          heading === undefined ? [] : [{ filter: id, label, description, heading: t(heading) }],
        );
      return { filters };
    },
    'exceptions/likes': list,
    'exceptions/addLike': (args) => {
      const target = session.need('exceptions/addLike');
      const like = entry(args);
      const others = without(like);
      if (others.length >= MOST_LIKES) throw badArgument('filter', `one of at most ${MOST_LIKES}`);
      session.wishes.likes = [...others, like];
      const problem = session.applyExceptions(target).at(-1);
      if (problem === undefined) return list();
      session.wishes.likes = others;
      session.applyExceptions(target);
      throw badFilter(like.id, problem);
    },
    'exceptions/removeLike': (args) => {
      const target = session.need('exceptions/removeLike');
      session.wishes.likes = without(entry(args));
      session.applyExceptions(target);
      return list();
    },
  };
}
