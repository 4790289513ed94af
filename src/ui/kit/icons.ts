/** The drawings of the page's icons: a view box and strokes. */
export const icons = {
  model: { box: '0 0 20 20', stroke: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.5 16.5 6M10 9.5v8' },
  levels: { box: '0 0 20 20', stroke: 'M3 16.5v-13h3v13zM8.5 16.5V8h3v8.5zM14 16.5v-4.5h3v4.5z' },
  chat: { box: '0 0 20 20', stroke: 'M3.5 4.5h13v9H9l-3.5 3v-3h-2z' },
  compare: {
    box: '0 0 20 20',
    stroke:
      'M3 3v14h14M5.7 6.5a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0 -2.6 0zM9.2 11a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0 -2.6 0zM13.7 13a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0 -2.6 0z',
  },
  inspect: {
    box: '0 0 20 20',
    stroke: 'M3 3h4v4H3zM8 3h4v4H8zM3 8h4v4H3zM17 17l-3-3M8.8 11.8a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z',
  },
  device: {
    box: '0 0 20 20',
    stroke:
      'M6.5 5h7a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1 -1.5 1.5h-7a1.5 1.5 0 0 1 -1.5 -1.5v-7a1.5 1.5 0 0 1 1.5 -1.5zM8 2.5V5M12 2.5V5M8 15v2.5M12 15v2.5M2.5 8H5M2.5 12H5M15 8h2.5M15 12h2.5',
  },
  settings: {
    box: '0 0 20 20',
    stroke:
      'M3 6h7M14 6h3M3 14h3M10 14h7M10 6a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM6 14a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z',
  },
  more: { box: '0 0 20 20', stroke: 'M4.5 10h.01M10 10h.01M15.5 10h.01', strokeWidth: 2.5 },
  down: { box: '0 0 12 12', stroke: 'M3 4.5 6 7.5 9 4.5' },
  right: { box: '0 0 12 12', stroke: 'M4.5 3 7.5 6l-3 3' },
  left: { box: '0 0 12 12', stroke: 'M7.5 3 4.5 6l3 3' },
  check: { box: '0 0 16 16', stroke: 'm3.5 8.5 3 3 6-7' },
  x: { box: '0 0 16 16', stroke: 'm4 4 8 8M12 4l-8 8' },
  warn: { box: '0 0 16 16', stroke: 'M8 2.5 14 13.5H2zM8 6.5v3.2M8 11.6v.1' },
  info: { box: '0 0 16 16', stroke: 'M2.2 8a5.8 5.8 0 1 0 11.6 0a5.8 5.8 0 1 0 -11.6 0zM8 7.3v3.5M8 5.1v.1' },
  search: { box: '0 0 16 16', stroke: 'M2.8 7a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0zM10.2 10.2l3.3 3.3' },
  save: { box: '0 0 16 16', stroke: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.8 13.5h10.4' },
  copy: {
    box: '0 0 16 16',
    stroke:
      'M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1 -1.5 1.5h-5a1.5 1.5 0 0 1 -1.5 -1.5v-5a1.5 1.5 0 0 1 1.5 -1.5zM10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2',
  },
  edit: { box: '0 0 16 16', stroke: 'm3 13 .6-2.8 7-7 2.2 2.2-7 7zM9.5 4.3l2.2 2.2' },
  again: { box: '0 0 16 16', stroke: 'M13 8a5 5 0 1 1-1.5-3.6M13.2 2.5v2.8h-2.8' },
  branch: {
    box: '0 0 16 16',
    stroke:
      'M3 3.8a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0zM3 12.2a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0zM10 5.3a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0zM4.5 5.3v5.4M11.5 6.8c0 2.7-4 2.2-6.6 3.6',
  },
  plus: { box: '0 0 16 16', stroke: 'M8 3.5v9M3.5 8h9' },
  drop: {
    box: '0 0 24 24',
    stroke: 'M12 3.5v11M7.5 10l4.5 4.5 4.5-4.5M3.5 16v3a1.5 1.5 0 0 0 1.5 1.5h14a1.5 1.5 0 0 0 1.5-1.5v-3',
  },
  send: { box: '0 0 16 16', stroke: 'M8 13V3.5M4 7.3 8 3.3l4 4' },
  theme: {
    box: '0 0 16 16',
    stroke: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z',
    filled: 'M8 2.5a5.5 5.5 0 0 1 0 11z',
  },
  tool: { box: '0 0 16 16', stroke: 'm6 4-4 4 4 4M10 4l4 4-4 4' },
  folder: {
    box: '0 0 16 16',
    stroke: 'M2 4.5a1 1 0 0 1 1-1h3l1.5 1.5H13a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z',
  },
  file: { box: '0 0 16 16', stroke: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3' },
  lock: {
    box: '0 0 16 16',
    stroke:
      'M4.7 7h6.6a1.2 1.2 0 0 1 1.2 1.2v4.1a1.2 1.2 0 0 1 -1.2 1.2h-6.6a1.2 1.2 0 0 1 -1.2 -1.2v-4.1a1.2 1.2 0 0 1 1.2 -1.2zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  },
  bolt: { box: '0 0 16 16', stroke: 'M9 2 3.5 9H8l-1 5 5.5-7H8z' },
} as const satisfies Record<string, { box: string; stroke: string; filled?: string; strokeWidth?: number }>;
export type IconName = keyof typeof icons;
