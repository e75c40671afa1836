/** What we use of c8, which has no types of its own: it merges what V8 wrote in one folder, and says how often each line was executed. */
declare module 'c8' {
  import type { CoverageMap } from 'istanbul-lib-coverage';

  export class Report {
    constructor(options: {
      readonly tempDirectory: string;
      readonly src?: readonly string[];
      readonly include?: readonly string[];
      readonly exclude?: readonly string[];
      readonly extension?: readonly string[];
      readonly allowExternal?: boolean;
      readonly excludeNodeModules?: boolean;
      readonly omitRelative?: boolean;
      readonly resolve?: string;
      readonly reporter?: readonly string[];
      readonly reportsDirectory?: string;
    });
    getCoverageMapFromAllCoverageFiles(): Promise<CoverageMap>;
    run(): Promise<void>;
  }
}

/** What we use of it: it merges what several processes wrote. */
declare module '@bcoe/v8-coverage' {
  /** So often was this part of a script executed; offsets in UTF-16 units. */
  export interface RangeCov {
    readonly startOffset: number;
    readonly endOffset: number;
    readonly count: number;
  }
  export interface FunctionCov {
    readonly functionName: string;
    readonly ranges: readonly RangeCov[];
    readonly isBlockCoverage: boolean;
  }
  export interface ScriptCov {
    readonly scriptId: string;
    readonly url: string;
    readonly functions: readonly FunctionCov[];
  }
  export interface ProcessCov {
    readonly result: readonly ScriptCov[];
  }
  export function mergeProcessCovs(all: readonly ProcessCov[]): ProcessCov;
}
