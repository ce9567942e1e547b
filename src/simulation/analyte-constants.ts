/**
 * The panel's 60 plasma metabolites as the simulator draws them: levels, variation, what moves with the tumour, what
 * with a meal, what out of broken red cells, and each one's limit of detection. docs/adr/0028-simulated-panels.md says
 * why these values and what they yield.
 */

/** One metabolite: median, umol/L; SDs of the log between persons and from draw to draw; limit of detection, umol/L. */
export interface AnalyteConstants {
  readonly median: number;
  readonly personSd: number;
  readonly withinSd: number;
  readonly lod: number;
  /** Of the log on the systemic burden. */
  readonly loading: number;
  /** Of the log on a recent meal, one SD of it. */
  readonly fed: number;
  /** Added to the log in a haemolysed sample: red cells hold more of it than plasma. */
  readonly redCells: number;
}

const analyte = (
  median: number,
  personSd: number,
  withinSd: number,
  lod: number,
  { loading = 0, fed = 0, redCells = 0 }: Partial<AnalyteConstants> = {},
): AnalyteConstants => ({ median, personSd, withinSd, lod, loading, fed, redCells });

/**
 * Medians: typical plasma of adults, Human Metabolome Database (Wishart 2022, doi:10.1093/nar/gkab1062), rounded. SDs
 * of amino acids: doi:10.1007/s11306-011-0345-9 (table 1); of lactate: Widjaja 1999, doi:10.1093/clinchem/45.4.561; of
 * the others: assumed alike, wider where diet or tissue leakage drives them (fatty acids, ketone bodies, purines,
 * polyamines).
 *
 * Directions of the loadings:
 * - tryptophan down, kynurenine and quinolinate up: 5,364 cases and as many controls of 20 cohorts, Huang 2020
 *   (PMC6960354; odds ratio of the highest to the lowest fifth 1.2-1.4, of tryptophan .85);
 * - histidine and tryptophan down: Maeda 2010, doi:10.1186/1471-2407-10-690; Shingyoji 2013,
 *   doi:10.1186/1471-2407-13-77;
 * - lactate, glutamate and choline up, glutamine and histidine down: Puchades-Carrasco 2016,
 *   doi:10.18632/oncotarget.7354;
 * - lysophosphatidylcholines down: Taylor 2007, doi:10.1186/1476-511X-6-17 (59 patients with cancer, 207 umol/L in all,
 *   the lower limit of health); LPC 18:0 and glutamine in a panel before and after lung resection: Wan 2020,
 *   doi:10.1186/s12967-020-02401-0;
 * - spermidine up (polyamine pathway in plasma, six of fourteen discriminating metabolites): Singhal 2019,
 *   doi:10.3390/cancers11081069; acetylcarnitine up: assumed of the acylcarnitines that change in lung cancer, Huang
 *   2016, doi:10.2147/OTT.S99099; oleate up: total C18:1, Ren 2016, doi:10.1038/srep34201;
 * - hypoxanthine up: purine turnover, assumed.
 *
 * Sizes are set for the attainable C of the statistical contract, not measured: no study has panel and recurrence in
 * this setting. A loading of .08 on a burden whose SD is about 1.3 is a third of a standard deviation between persons,
 * which is what the cited case-control differences come to.
 */
export const ANALYTES: Readonly<Record<string, AnalyteConstants>> = {
  leucine: analyte(125, 0.18, 0.15, 5, { fed: 0.08 }),
  isoleucine: analyte(62, 0.2, 0.16, 3, { fed: 0.09 }),
  valine: analyte(235, 0.17, 0.13, 5, { fed: 0.07 }),
  lysine: analyte(190, 0.16, 0.13, 5, { fed: 0.05 }),
  methionine: analyte(26, 0.17, 0.18, 2, { fed: 0.06 }),
  phenylalanine: analyte(60, 0.14, 0.13, 3, { fed: 0.04 }),
  threonine: analyte(130, 0.2, 0.14, 5, { fed: 0.05 }),
  tryptophan: analyte(58, 0.16, 0.12, 3, { loading: -0.055, fed: 0.03 }),
  alanine: analyte(360, 0.18, 0.14, 10, { fed: 0.06 }),
  arginine: analyte(80, 0.18, 0.15, 3, { redCells: -0.3 }),
  citrulline: analyte(33, 0.25, 0.14, 2),
  glutamate: analyte(55, 0.3, 0.2, 4, { loading: 0.09, redCells: 0.5 }),
  glutamine: analyte(580, 0.13, 0.1, 10, { loading: -0.045 }),
  glycine: analyte(240, 0.2, 0.11, 10),
  histidine: analyte(80, 0.14, 0.1, 3, { loading: -0.045 }),
  ornithine: analyte(60, 0.2, 0.16, 3, { redCells: 0.3 }),
  proline: analyte(190, 0.22, 0.16, 5, { fed: 0.05 }),
  serine: analyte(112, 0.18, 0.12, 5),
  taurine: analyte(55, 0.22, 0.28, 3, { redCells: 0.3 }),
  tyrosine: analyte(65, 0.19, 0.16, 3, { fed: 0.05 }),
  kynurenine: analyte(1.9, 0.2, 0.14, 0.9, { loading: 0.075 }),
  lactate: analyte(1400, 0.22, 0.3, 100, { loading: 0.11, redCells: 0.3 }),
  choline: analyte(9.5, 0.2, 0.15, 5, { loading: 0.06 }),
  hypoxanthine: analyte(4.5, 0.3, 0.35, 1.8, { loading: 0.12, redCells: 0.6 }),
  asparagine: analyte(47, 0.18, 0.14, 3, { fed: 0.05 }),
  aspartate: analyte(8, 0.3, 0.24, 2, { redCells: 0.7 }),
  betaine: analyte(33, 0.25, 0.12, 2),
  carnitine: analyte(40, 0.18, 0.1, 2),
  acetylcarnitine: analyte(6.5, 0.28, 0.2, 0.5, { loading: 0.06, fed: -0.1 }),
  propionylcarnitine: analyte(0.4, 0.3, 0.18, 0.1),
  butyrylcarnitine: analyte(0.2, 0.35, 0.2, 0.1),
  octanoylcarnitine: analyte(0.15, 0.4, 0.3, 0.06, { fed: -0.12 }),
  decanoylcarnitine: analyte(0.25, 0.42, 0.32, 0.08, { fed: -0.13 }),
  palmitoylcarnitine: analyte(0.1, 0.25, 0.18, 0.03, { fed: -0.06 }),
  creatine: analyte(35, 0.4, 0.18, 3, { redCells: 0.4 }),
  cystine: analyte(50, 0.2, 0.14, 5),
  dimethylarginine: analyte(0.5, 0.16, 0.1, 0.1),
  citrate: analyte(110, 0.2, 0.14, 10),
  succinate: analyte(6, 0.25, 0.22, 2),
  malate: analyte(5, 0.3, 0.25, 1.5, { redCells: 0.4 }),
  fumarate: analyte(1.5, 0.3, 0.25, 0.7, { redCells: 0.3 }),
  pyruvate: analyte(65, 0.3, 0.35, 10, { fed: 0.1 }),
  '3-hydroxybutyrate': analyte(80, 0.5, 0.55, 10, { fed: -0.3 }),
  '2-hydroxybutyrate': analyte(35, 0.35, 0.25, 5, { fed: -0.08 }),
  glucose: analyte(5000, 0.12, 0.1, 200, { fed: 0.08 }),
  urate: analyte(300, 0.22, 0.1, 20),
  xanthine: analyte(1, 0.35, 0.35, 0.4, { redCells: 0.3 }),
  inosine: analyte(0.2, 0.6, 0.6, 0.1, { redCells: 0.8 }),
  uridine: analyte(4, 0.22, 0.15, 0.5),
  sarcosine: analyte(1.5, 0.35, 0.22, 0.5),
  spermidine: analyte(0.25, 0.35, 0.28, 0.1, { loading: 0.1, redCells: 0.7 }),
  spermine: analyte(0.1, 0.4, 0.35, 0.06, { redCells: 0.7 }),
  putrescine: analyte(0.2, 0.35, 0.3, 0.08),
  quinolinate: analyte(0.35, 0.35, 0.18, 0.1, { loading: 0.1 }),
  trimethylaminenoxide: analyte(3.5, 0.6, 0.6, 0.5, { fed: 0.1 }),
  lysopc160: analyte(110, 0.18, 0.13, 5, { loading: -0.04 }),
  lysopc180: analyte(28, 0.22, 0.15, 2, { loading: -0.06 }),
  lysopc182: analyte(28, 0.3, 0.18, 2, { loading: -0.07 }),
  oleate: analyte(220, 0.35, 0.35, 10, { loading: 0.06, fed: -0.25 }),
  linoleate: analyte(120, 0.32, 0.33, 10, { fed: -0.22 }),
};

/** What a laboratory and a sample's way to it add; natural logarithms. */
export const METABOLOMICS = {
  /** Between two injections of one sample; the pooled-QC samples show it as their relative standard deviation. */
  analyticalSd: 0.05,
  /** A batch is a site's quarter of a year: SD of an analyte's shift between batches, before any correction. */
  batchSd: 0.12,
  /** Pooled-QC samples a batch: they tell its shift with an error of analyticalSd / sqrt(this). */
  pooledQcInjections: 8,
  /** Of an analyte in a batch: the method went wrong, noise as large as unstableSd, an RSD above any quality limit. */
  unstableShare: 0.01,
  unstableSd: 0.4,
  /** A laboratory that corrects by itself reports no analyte whose pooled QC varied more (Broadhurst 2018, doi:10.1007/s11306-018-1367-3). */
  withheldAboveRsdPercent: 30,
  /** What all analytes of one sample share: infusions, tube filling, evaporation. */
  dilutionSd: 0.08,
  /** Not fasting in spite of the instruction; a meal is this many SDs. */
  notFastingShare: 0.08,
  mealSds: 2.5,
  /** Of the draws at follow-up visits. */
  haemolysedShare: 0.015,
  analyteMissingShare: 0.015,
  /** A panel that went wrong: about two fifths of it missing. */
  panelFailedShare: 0.015,
  failedPanelMissingShare: 0.4,
} as const;
