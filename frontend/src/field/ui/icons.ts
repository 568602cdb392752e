// Drawings on a 16 × 16 grid, kept in the bundle: they must be there without a network.
const RING = '<circle cx="8" cy="8" r="5.6"/>';

export const ICONS: Record<string, string> = {
  "s-unscheduled": '<circle cx="8" cy="8" r="5.6" stroke-dasharray="2.2 2.2"/>',
  "s-scheduled": RING,
  "s-dispatched": `${RING}<circle cx="8" cy="8" r="2" fill="currentColor" stroke="none"/>`,
  "s-acknowledged": `${RING}<path d="m5.6 8.1 1.7 1.7 3.2-3.5"/>`,
  "s-en_route": '<path d="M2.6 3.2 13.6 8 2.6 12.8 5 8z" fill="currentColor"/>',
  "s-on_site":
    '<path d="M8 14.4S3 9.8 3 6.4a5 5 0 0 1 10 0c0 3.400-5 8-5 8z" fill="currentColor"/><circle cx="8" cy="6.400" r="1.700" fill="var(--surface)" stroke="none"/>',
  "s-in_progress": `${RING}<path d="M8 4.400a3.600 3.600 0 1 1-3.600 3.600H8z" fill="currentColor" stroke="none"/>`,
  "s-paused": `${RING}<path d="M6.600 6v4M9.400 6v4"/>`,
  "s-completed":
    '<circle cx="8" cy="8" r="6.400" fill="currentColor" stroke="none"/><path d="m5.200 8.200 2 2 3.700-4.100" stroke="var(--surface)" stroke-width="1.800"/>',
  "s-cannot_complete":
    '<path d="M5.300 1.800h5.400l3.500 3.500v5.400l-3.500 3.500H5.300l-3.500-3.500V5.300z" fill="currentColor" stroke="none"/><path d="m5.800 5.800 4.400 4.400m0-4.400-4.400 4.400" stroke="var(--surface)" stroke-width="1.800"/>',
  "s-no_access":
    '<circle cx="8" cy="8" r="6.400" fill="currentColor" stroke="none"/><path d="M5 8h6" stroke="var(--surface)" stroke-width="1.800"/>',
  "s-cancelled": `${RING}<path d="m4.200 11.800 7.600-7.600"/>`,
  "l-it": '<rect x="2.500" y="2.500" width="11" height="11" rx="1.500" fill="currentColor" stroke="none"/>',
  "l-mfg": '<path d="M8 1.400 13.700 4.700v6.600L8 14.600 2.300 11.300V4.700z" fill="currentColor" stroke="none"/>',
  "l-care": '<path d="M6 2h4v4h4v4h-4v4H6v-4H2V6h4z" fill="currentColor" stroke="none"/>',
  promise: '<path d="M5.500 3H3v10h2.500M10.500 3H13v10h-2.500"/>',
  sla: '<path d="M8 1.800 14.200 8 8 14.200 1.800 8z"/>',
  cloud: '<path d="M4.700 12.500a3 3 0 0 1-.3-6A3.900 3.900 0 0 1 12 7.200a2.700 2.700 0 0 1-.5 5.300zm1.300-3.300 1.500 1.500 2.500-2.800"/>',
  "cloud-off": '<path d="M4.600 12.500a2.900 2.900 0 0 1-.3-5.800m2.200-2.600a4 4 0 0 1 5.200 3.300 2.600 2.600 0 0 1 1.500 4.300M2.500 2.500l11 11"/>',
  chev: '<path d="M6 3.500 10.500 8 6 12.500"/>',
  down: '<path d="M3.500 6 8 10.500 12.500 6"/>',
  back: '<path d="M10 3.500 5.500 8l4.500 4.500"/>',
  nav: '<path d="M13.500 2.500 2.500 7l4.700 1.800L9 13.500z"/>',
  phone:
    '<path d="M5.800 2.600 7 5.600 5.600 6.900a8 8 0 0 0 3.500 3.500l1.300-1.400 3 1.200v2.300c0 .6-.5 1-1.100 1A10 10 0 0 1 2.500 3.700c0-.6.400-1.100 1-1.100z"/>',
  text: '<path d="M2.500 3h11v8H8l-3 2.600V11H2.500z"/>',
  home: '<path d="M2.500 7.200 8 2.400l5.500 4.800v6.300h-11z"/>',
  box: '<path d="M8 1.800 13.600 5v6L8 14.200 2.400 11V5zM2.400 5 8 8.200 13.600 5M8 8.200v6"/>',
  sync: '<path d="M13 6.500A5.200 5.200 0 0 0 3.500 5M3 9.500a5.200 5.200 0 0 0 9.500 1.500M3.300 2.300V5H6m6.700 8.700V11H10"/>',
  more: '<circle cx="3.500" cy="8" r="1.200" fill="currentColor"/><circle cx="8" cy="8" r="1.200" fill="currentColor"/><circle cx="12.500" cy="8" r="1.200" fill="currentColor"/>',
  lock: '<rect x="3.200" y="7" width="9.600" height="6.600" rx="1.600"/><path d="M5.400 7V5a2.600 2.600 0 0 1 5.200 0v2"/>',
  "lock-full":
    '<rect x="3.200" y="7" width="9.600" height="6.600" rx="1.600" fill="currentColor"/><path d="M5.400 7V5a2.600 2.600 0 0 1 5.200 0v2"/>',
  person: '<circle cx="8" cy="5" r="2.700"/><path d="M3 13.800c.4-3 2.400-4.500 5-4.500s4.600 1.500 5 4.500"/>',
  wrench: '<path d="M13.400 4.400a3.400 3.400 0 0 1-4.600 4L4.500 12.700a1.300 1.300 0 0 1-1.900-1.900L7 6.600a3.400 3.400 0 0 1 4-4.600L9.300 3.700l.5 1.700 1.800.5z"/>',
  list: '<path d="M6 4h7.500M6 8h7.500M6 12h7.500M2.700 4h.01M2.700 8h.01M2.700 12h.01"/>',
  van: '<path d="M1.700 4h7.600v7H1.700zM9.300 6.300h2.900l2.100 2.400V11h-5"/><circle cx="4.600" cy="11.800" r="1.400"/><circle cx="11.500" cy="11.800" r="1.400"/>',
  camera: '<path d="M2.500 4.800h2.300l1.200-1.800h4l1.200 1.800h2.300v8H2.500z"/><circle cx="8" cy="8.600" r="2.300"/>',
  clock: '<circle cx="8" cy="8" r="5.600"/><path d="M8 4.800V8l2.200 1.400"/>',
  cup: '<path d="M3 5h8v4.500A2.500 2.500 0 0 1 8.500 12h-3A2.500 2.500 0 0 1 3 9.500zm8 1.200h1.500a1.300 1.300 0 0 1 0 3.300H11"/>',
  check: '<path d="M3 8.500l3.400 3.400L13 4.600"/>',
  up: '<path d="M8 13V3M4 7l4-4 4 4"/>',
  file: '<path d="M4 1.800h5l3.500 3.500v8.900H4zM9 1.800v3.500h3.500"/>',
  note: '<path d="M3 3h10v7l-3.500 3.500H3zM9.500 13.500V10H13"/>',
  link: '<path d="M6.700 9.300 9.300 6.700M5.500 7.500 3.800 9.200a2.100 2.100 0 0 0 3 3l1.700-1.700m-1-5 1.700-1.700a2.100 2.100 0 0 1 3 3l-1.700 1.700"/>',
  plus: '<path d="M8 3v10M3 8h10"/>',
  minus: '<path d="M3 8h10"/>',
  alert: '<path d="M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.700h.01"/>',
  out: '<path d="M6.500 2.500h-4v11h4M10 5l3 3-3 3M13 8H6"/>',
  crew: '<circle cx="5.500" cy="5.500" r="2.200"/><circle cx="10.900" cy="5.500" r="2.200"/><path d="M1.700 13c.3-2.600 1.800-3.900 3.800-3.900s3.500 1.300 3.800 3.900M11 9.100c1.900 0 3.100 1.300 3.400 3.900"/>',
};
