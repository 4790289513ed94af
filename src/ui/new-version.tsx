import { reloadToNewVersion } from '../store/work/site';
import { useStudio } from './kit/use-studio';

/** Tells of a version of the page that is newer than this one, and lets it in when the person says so. */
export function NewVersion() {
  const newVersion = useStudio((s) => s.site.newVersion);
  return (
    <div className="new-version" role="status">
      {newVersion !== 'none' && (
        <button type="button" onClick={() => void reloadToNewVersion()}>
          New version: reload
        </button>
      )}
      {newVersion === 'refused' && (
        <span>Work is running, here or in another tab. It waits until that is done.</span>
      )}
    </div>
  );
}
