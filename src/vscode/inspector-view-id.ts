/** The id in package.json of the view that shows an inspector. */
export const viewId = (inspector: string): string => `worldstep.view.${inspector}`;
