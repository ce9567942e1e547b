export { createDicomWebServer, DICOMWEB_PATH, type DicomWebServerOptions } from './server.ts';
