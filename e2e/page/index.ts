export { answerSaveDialog, saveDialogs, savedFileHash, withoutSaveDialog } from './browser';
export { type PartName, Studio, type Visit } from './studio';
