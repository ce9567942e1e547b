import type { Translator } from '../i18n/index.ts';
import type { RenderedCard, RenderedSuggestion } from './base.ts';
import type { CardAction } from './schema.ts';
import { daysText, type Days, type OrderCardContent } from './order-content.ts';

type Draft = Extract<CardAction, { readonly type: 'update' }>['resource'];

/**
 * The draft at another time. Its narrative goes with its old date: a text that names another day than the order is
 * worse than none, and the client writes its own.
 */
const movedTo = (draft: OrderCardContent['draft'], { from, to }: Days): Draft => {
  const kept = Object.entries(draft).filter(([name]) => name !== 'text' && !/^_?occurrence[A-Z]/.test(name));
  return {
    ...Object.fromEntries(kept),
    resourceType: 'ServiceRequest',
    id: draft.id,
    occurrencePeriod: { start: from, end: to },
  };
};

const linkedTo = ({ draft, dated }: OrderCardContent, reference: string, wanted: Days): Draft => {
  const known: unknown = draft['basedOn'];
  const basedOn: readonly unknown[] = Array.isArray(known) ? (known as unknown[]) : [];
  const linked = { ...draft, basedOn: [...basedOn, { reference }] };
  return dated ? linked : movedTo(linked, wanted);
};

/** Not where the next one is overdue: the proposed time is months from now then. */
const move = (
  translator: Translator,
  { draft, proposal, isOverdue }: OrderCardContent,
): RenderedSuggestion[] => {
  if (typeof proposal === 'string' || isOverdue) return [];
  const window = { from: proposal.windowStart, to: proposal.windowEnd };
  const values = { date: daysText(translator, window) };
  return [
    {
      item: 'order-move',
      label: translator.t('order.move.label', values),
      actions: [
        {
          type: 'update',
          description: translator.t('order.move.action', values),
          resource: movedTo(draft, window),
        },
      ],
    },
  ];
};

const link = (
  translator: Translator,
  content: OrderCardContent,
  { reference, wanted }: { readonly reference: string; readonly wanted: Days },
): RenderedSuggestion => ({
  item: 'order-link',
  label: translator.t(content.dated ? 'order.link.label' : 'order.link.label.dated', {
    date: daysText(translator, wanted),
  }),
  actions: [
    {
      type: 'update',
      description: translator.t('order.link.action', { reference }),
      resource: linkedTo(content, reference, wanted),
    },
  ],
});

const withdraw = ({ t }: Translator, { reference }: OrderCardContent): RenderedSuggestion => ({
  item: 'order-withdraw',
  label: t('order.withdraw.label'),
  actions: [{ type: 'delete', description: t('order.withdraw.action'), resourceId: reference }],
});

/**
 * An order is only withdrawn in favour of another order or appointment. A proposal is none, and neither is a test of
 * last month: without the order nothing would be done.
 */
const suggested = (translator: Translator, content: OrderCardContent): readonly RenderedSuggestion[] => {
  const { verdict } = content;
  switch (verdict.kind) {
    case 'already-proposed':
      return [link(translator, content, verdict.of)];
    case 'duplicate':
      return [withdraw(translator, content)];
    case 'recent':
      return [];
    case 'too-early':
    case 'too-late':
      return move(translator, content);
  }
};

/**
 * What may be done with the order in one click. An accepted proposal is linked to, not turned into the order: FHIR's
 * request pattern keeps a proposal a proposal, and an order that carries it out names it in `basedOn`. None is
 * recommended: a client may preselect those, and keeping the order is always right.
 */
export const orderSuggestions = (
  translator: Translator,
  content: OrderCardContent,
): Pick<RenderedCard, 'suggestions' | 'selectionBehavior'> => {
  const suggestions = suggested(translator, content);
  return suggestions.length === 0 ? {} : { suggestions, selectionBehavior: 'at-most-one' };
};
