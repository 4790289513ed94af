import { useEffect } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { studioStore } from '../../store/store';
import { modelOf, pathOf, viewOf } from '../route/routes';

const address = (): string => location.hash.replace(/^#/, '') || '/';

/** Goes to the levels of a model when it is opened, unless the page is at a view of it already. */
export function useOpened(): void {
  useEffect(
    () =>
      studioStore.subscribe(({ model }, before) => {
        if (!model || model === before.model) return;
        if (viewOf(address()) === 'try') return;
        if (modelOf(address()) !== model.fingerprint) navigate(pathOf('levels', model.fingerprint));
      }),
    [],
  );
}
