import type { Endpoint } from 'fhir/r4.js';
import type { SimulatedResource } from './fhir.ts';

const PACS_ID = 'demo-pacs';

/** Where the demonstration's images are. @param address the root of its DICOMweb services */
export const demoPacs = (address: string): Endpoint & { id: string } => ({
  resourceType: 'Endpoint',
  id: PACS_ID,
  status: 'active',
  connectionType: {
    system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
    code: 'dicom-wado-rs',
    display: 'DICOM WADO-RS',
  },
  name: 'Simulated PACS',
  payloadType: [{ text: 'DICOM' }],
  payloadMimeType: ['application/dicom'],
  address,
});

/** A chart whose studies say that {@link demoPacs} has their images. */
export const withPacs = (resources: readonly SimulatedResource[]): SimulatedResource[] =>
  resources.map((resource) =>
    resource.resourceType === 'ImagingStudy'
      ? { ...resource, endpoint: [{ reference: `Endpoint/${PACS_ID}` }] }
      : resource,
  );
