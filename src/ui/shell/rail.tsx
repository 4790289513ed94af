import { Link } from 'wouter';
import { Icon } from '../kit/icon';
import type { IconName } from '../kit/icons';
import { useAddress, usePaths } from '../route/use-address';
import { isModelView, modelViews, type View } from '../route/routes';
import { useWords } from '../words/use-words';

/** A view of the rail. Those of a model wait until there is one. */
function To({ view, className = 'to' }: { view: View & IconName; className?: string }) {
  const words = useWords();
  const { view: now, modelId } = useAddress();
  const pathTo = usePaths();
  const path = pathTo(view);
  if (isModelView(view) && /^\/m\/(\/|$)/.test(path))
    return (
      // biome-ignore lint/a11y/useValidAnchor: a link that leads nowhere yet, and says so
      <a className={className} role="link" aria-disabled="true" title={words.shell.needsModel}>
        <Icon name={view} />
        {words.views[view]}
      </a>
    );
  const isHere = now === view && (!isModelView(view) || modelId !== null);
  return (
    <Link className={className} href={path} aria-current={isHere ? 'page' : undefined}>
      <Icon name={view} />
      {words.views[view]}
    </Link>
  );
}

/** The way to every view; a bar of tabs on a phone. */
export function Rail() {
  const words = useWords();
  return (
    <nav className="rail" aria-label={words.shell.views}>
      <Link className="home" href="/" aria-label={words.shell.home}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <rect x="3" y="3" width="8" height="8" rx="2" fill="currentColor" />
          <rect x="3" y="13" width="8" height="8" rx="2" fill="currentColor" />
          <rect x="13" y="13" width="8" height="8" rx="2" fill="currentColor" />
          <path
            d="M13 5a2 2 0 0 1 2-2h1.5a2.7 2.7 0 0 0 4.5 3.2V9a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2z"
            fill="var(--accent)"
          />
        </svg>
      </Link>
      {modelViews.map((view) => (
        <To key={view} view={view} />
      ))}
      <span className="push" />
      <To view="device" />
      <To view="settings" className="to wide" />
    </nav>
  );
}
