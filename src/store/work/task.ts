/** The running job, as data: the page's catalogue has the sentence. */
export type Task =
  | { readonly what: 'read' | 'close' | 'delete' | 'collect' | 'goOn'; readonly name: string }
  | {
      readonly what:
        | 'takeMatrixOut'
        | 'quantize'
        | 'write'
        | 'writeBeside'
        | 'measure'
        | 'measureTensors'
        | 'addLevel'
        | 'deleteExport';
    }
  | { readonly what: 'quantizeTo' | 'writeAt' | 'compareWithReference' | 'putBack'; readonly type: string }
  | {
      readonly what: 'measureOf';
      readonly figure: 'quality' | 'speed';
      readonly type: string;
      /** The measurement at hand, of all. */
      readonly at: number;
      readonly of: number;
      /** Null until the first one has told. */
      readonly leftMs: number | null;
    }
  | {
      readonly what: 'writeFile' | 'keepFile';
      readonly name: string;
      readonly at: number;
      readonly of: number;
    };
export type TaskKind = Task['what'];
