import { createStore } from 'zustand/vanilla';

/** The message that is being changed, of which there is one at a time. */
export const editing = createStore<{ readonly id: string | null }>(() => ({ id: null }));
export const setEditing = (id: string | null): void => editing.setState({ id });
