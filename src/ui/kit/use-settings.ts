import { useStore } from 'zustand';
import { type Settings, settingsStore } from '../../store/settings';

export const useSettings = <T>(select: (settings: Settings) => T): T => useStore(settingsStore, select);
