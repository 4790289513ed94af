export { answerSaveDialog, saveDialogs, savedFileHash, takeDownloads, withoutSaveDialog } from './browser';
export { type PartName, Studio, type Visit } from './studio';
export { kill } from './unfinished';
