import { useEffect, useState } from 'react';
import { goOnAwaited } from '../../store/model/go-on';
import { openFiles } from '../../store/model/open';
import { readDrop } from '../open/read-drop';

/** Takes drops anywhere on the page; true while files hover over it. */
export function useDrop(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hover = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer)
        void readDrop(event.dataTransfer)
          .then(({ files, label, handles }) => openFiles(files, label, { handles }))
          .then(goOnAwaited);
    };
    window.addEventListener('dragover', hover);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hover);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return over;
}
