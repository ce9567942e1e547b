import type { Language } from './texts.ts';

/** @param date YYYY-MM-DD; what is none is shown as it is */
export const dateText = (date: string, language: Language): string => {
  const day = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(day.getTime())
    ? date
    : new Intl.DateTimeFormat(language === 'zh-CN' ? 'zh-CN' : 'en-GB', {
        dateStyle: 'medium',
        timeZone: 'UTC',
      }).format(day);
};
