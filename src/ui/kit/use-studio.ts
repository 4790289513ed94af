import { useStore } from 'zustand';
import type { StudioState } from '../../store/state';
import { studioStore } from '../../store/store';

export const useStudio = <T>(select: (state: StudioState) => T): T => useStore(studioStore, select);
