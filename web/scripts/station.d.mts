export interface Text {
  id: string;
  message?: string;
  must?: boolean;
}
export function textsOf(file: string, code: string): Text[];
export function stationTexts(root: string): Text[];
export const extractor: NonNullable<import('@lingui/conf').LinguiConfig['extractors']>[number];
