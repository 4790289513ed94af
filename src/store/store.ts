import { createStore } from 'zustand/vanilla';
import type { EngineClient } from '../worker/client';
import { initialState, type StudioState } from './state';

/** The page's state. Actions are plain functions; GPU objects never leave the worker. */
export const studioStore = createStore<StudioState>(() => initialState);

let engine: EngineClient | undefined;
export function connectEngine(client: EngineClient): void {
  engine = client;
}
export function engineClient(): EngineClient {
  if (!engine) throw new Error('the engine is not connected');
  return engine;
}
