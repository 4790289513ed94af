import { Tabs } from 'radix-ui';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { inspect } from '../../store/work/actions';
import { useStudio } from '../kit/use-studio';
import { inspectedTensor, pathOf } from '../route/routes';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { ErrorTable } from './error-table';
import { HeatMap } from './heat-map';

const TensorView = lazy(() => import('./tensor-view').then((m) => ({ default: m.TensorView })));

/** The tensor that the address names is looked at, at the level of the map. */
function useTensor(level: string | undefined): string | null {
  const [path] = useHashLocation();
  const name = inspectedTensor(path);
  useEffect(() => {
    if (name !== null && level !== undefined) void inspect(level, name);
  }, [name, level]);
  return name;
}

/** The places of a level where it loses: layers, tensors, blocks. */
export function InspectView() {
  const levels = useStudio((s) => s.levels);
  const id = useStudio((s) => s.model?.fingerprint ?? '');
  const words = useWords();
  const [asked, setAsked] = useState('');
  const types = Object.keys(levels);
  const lossy = types.filter((type) => levels[type]!.errors.some((e) => e.squaredError > 0));
  const type = types.includes(asked) ? asked : (lossy[0] ?? types[0]);
  const name = useTensor(type);
  if (type === undefined)
    return (
      <ViewFrame id="inspect" title={words.views.inspect}>
        <p className="empty">
          {words.inspect.empty}{' '}
          <Link className="btn main large" href={pathOf('levels', id)}>
            {words.inspect.toLevels}
          </Link>
        </p>
      </ViewFrame>
    );
  return (
    <Tabs.Root defaultValue="map" asChild>
      <div className="fills">
        <ViewFrame
          id="inspect"
          title={words.views.inspect}
          sub={words.inspect.sub(type)}
          aside={
            <>
              <Tabs.List className="seg" aria-label={words.inspect.ways}>
                <Tabs.Trigger value="map">{words.inspect.map}</Tabs.Trigger>
                <Tabs.Trigger value="table">{words.inspect.table}</Tabs.Trigger>
              </Tabs.List>
              <select
                className="field"
                aria-label={words.inspect.level}
                value={type}
                onChange={(e) => setAsked(e.currentTarget.value)}
              >
                {types.map((t) => (
                  <option key={t}>{t}</option>
                ))}
              </select>
            </>
          }
        >
          <Tabs.Content value="map" className="stack">
            {lossy.includes(type) ? (
              <HeatMap key={type} errors={levels[type]!.errors} chosen={name} />
            ) : (
              <p className="empty">{words.inspect.lossless(type)}</p>
            )}
            {name !== null && (
              <Suspense>
                <TensorView level={type} />
              </Suspense>
            )}
          </Tabs.Content>
          <Tabs.Content value="table">
            <ErrorTable />
          </Tabs.Content>
        </ViewFrame>
      </div>
    </Tabs.Root>
  );
}
