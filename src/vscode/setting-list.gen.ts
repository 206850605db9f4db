// Written by src/build/generate.ts from src/dap/launch-schema.ts.
import type { Schema } from '../base/schema';

/** The launch attributes that are settings, by path. */
export const SETTINGS: readonly { readonly path: string; readonly schema: Schema }[] = [
  {
    "path": "console",
    "schema": {
      "type": "string",
      "enum": [
        "terminal",
        "debugConsole"
      ],
      "default": "terminal"
    }
  },
  {
    "path": "numbers",
    "schema": {
      "type": "string",
      "enum": [
        "decimal",
        "hexadecimal"
      ],
      "default": "decimal"
    }
  },
  {
    "path": "stepping.traps",
    "schema": {
      "type": "string",
      "enum": [
        "skip",
        "follow",
        "stopAtHandler"
      ],
      "default": "skip"
    }
  },
  {
    "path": "openViews",
    "schema": {
      "type": "array",
      "uniqueItems": true,
      "items": {
        "type": "string",
        "enum": [
          "queues",
          "pageTables",
          "registers",
          "vmExits",
          "controlBlocks",
          "traps",
          "tasks"
        ]
      },
      "default": []
    }
  },
  {
    "path": "limits.traps",
    "schema": {
      "type": "integer",
      "minimum": 100,
      "maximum": 1000000,
      "default": 100000
    }
  },
  {
    "path": "limits.children",
    "schema": {
      "type": "integer",
      "minimum": 100,
      "maximum": 100000,
      "default": 2000
    }
  }
];
