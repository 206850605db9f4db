/** The language that a client asks for when it says hello. */
import type { Host } from '../base/host';
import { languageOf, type Messages, messagesPath, speak } from '../base/l10n';

/**
 * Speaks the language of a locale (`initialize.locale`), English where it is not one of ours. Nothing is waited for where
 * there is nothing to read, so that answers keep the order of their requests.
 */
export function speakTo(locale: string | undefined, host: Host): Promise<void> | undefined {
  const language = languageOf(locale ?? '');
  if (language === undefined) {
    speak(undefined);
    return undefined;
  }
  return host.readFile(`asset:${messagesPath(language)}`).then(
    (bytes) => speak(JSON.parse(new TextDecoder().decode(bytes)) as Messages),
    // An installation without its languages is still a debugger.
    () => speak(undefined),
  );
}
