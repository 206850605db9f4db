import * as vscode from 'vscode';

/** Says why something that the user asked for could not be done, once: VS Code is silent about our own requests. */
export const showProblem = async (error: unknown): Promise<void> => {
  await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
};
