export { answerSaveDialog, saveDialogs, savedFileHash, takeDownloads, withoutSaveDialog } from './browser';
export { Studio, type Visit } from './studio';
export { kill } from './unfinished';
