import { useCallback, useEffect, useState } from 'react';
import { type Recall, recall, wayTo } from '../../store/model/recall';

/** The way to the model of an address, which is opened where no word is needed; and a function that opens it with one. */
export function useRecall(modelId: string): { way: Recall | null; open: () => Promise<void> } {
  const [way, setWay] = useState<Recall | null>(null);
  const open = useCallback(async () => {
    const isRead = await recall(modelId);
    // A view whose model is open is another one: this is still here where that failed.
    if (!isRead) setWay((at) => (at && at.kind !== 'unknown' ? { kind: 'drop', label: at.label } : at));
  }, [modelId]);
  useEffect(() => {
    let isGone = false;
    void wayTo(modelId).then((found) => {
      if (isGone) return;
      setWay(found);
      if (found.kind === 'opening') void open();
    });
    return () => {
      isGone = true;
    };
  }, [modelId, open]);
  return { way, open };
}
