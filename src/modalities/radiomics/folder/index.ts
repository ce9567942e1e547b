export { createFolderSource } from './source.ts';
