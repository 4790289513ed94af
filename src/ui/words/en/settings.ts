export const settings = {
  leaves:
    'Nothing leaves this machine: the page uploads nothing, and asks no server but the one it came from, and Hugging Face when you give it an address.',
  offline: 'It opens without a network, too.',
  language: 'Language',
  languages: { system: 'As the system', en: 'English', id: 'Bahasa Indonesia' },
  notices: 'Notices of third parties',
  version: (version: string) => `Version ${version}`,
};
