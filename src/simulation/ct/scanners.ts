import type { Site } from '../sites.ts';

export const TRANSFER_SYNTAX = {
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  rle: '1.2.840.10008.1.2.5',
} as const;

/** A site's scanner and how its PACS keeps and tells what it made. */
export interface Scanner {
  readonly model: string;
  readonly serial: string;
  readonly transferSyntax: keyof typeof TRANSFER_SYNTAX;
  /** PixelRepresentation 1, padding -2000 as stored; else 0, padding 0. */
  readonly signed: boolean;
  /** InstanceNumber counts from the feet. */
  readonly footFirst: boolean;
  readonly kernel: string;
  readonly kvp: number;
  readonly milliampere: number;
  /** What the chart's ImagingStudy says of the series. */
  readonly chart: 'thin' | 'series' | 'series-and-body-site';
  /** Shares of studies with another reconstruction, a reformat, a dose report. */
  readonly thickShare: number;
  readonly coronalShare: number;
  readonly doseShare: number;
  readonly description: string;
}

/** Every way of storing and of telling occurs at one site at least. */
export const SCANNERS = {
  north: {
    model: 'Phantom CT 64 N',
    serial: 'SIM-N-0001',
    transferSyntax: 'explicit',
    signed: true,
    footFirst: false,
    kernel: 'STANDARD',
    kvp: 120,
    milliampere: 220,
    chart: 'series-and-body-site',
    thickShare: 0.2,
    coronalShare: 0.1,
    doseShare: 0.7,
    description: 'CT CHEST',
  },
  east: {
    model: 'Phantom CT 128 E',
    serial: 'SIM-E-0001',
    transferSyntax: 'rle',
    signed: false,
    footFirst: false,
    kernel: 'B30f',
    kvp: 110,
    milliampere: 180,
    chart: 'series',
    thickShare: 0.1,
    coronalShare: 0.25,
    doseShare: 0.4,
    description: 'Thorax Routine',
  },
  south: {
    model: 'Phantom CT 256 S',
    serial: 'SIM-S-0001',
    transferSyntax: 'deflated',
    signed: true,
    footFirst: true,
    kernel: 'FC08',
    kvp: 120,
    milliampere: 250,
    chart: 'series',
    thickShare: 0.15,
    coronalShare: 0.1,
    doseShare: 0.5,
    description: 'CHEST',
  },
  west: {
    model: 'Phantom CT 32 W',
    serial: 'SIM-W-0001',
    transferSyntax: 'explicit',
    signed: false,
    footFirst: true,
    kernel: 'B',
    kvp: 130,
    milliampere: 140,
    chart: 'thin',
    thickShare: 0.25,
    coronalShare: 0.1,
    doseShare: 0,
    description: 'CT thorax',
  },
} satisfies Record<string, Scanner>;

export const scannerOf = ({ id }: Site): Scanner => SCANNERS[id];
