import { Tabs } from 'radix-ui';
import { useState } from 'react';
import type { MetadataRow } from '../../studio/card';
import type { TensorRow } from '../../studio/summary';
import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { matcherOf } from './pattern';
import { fixed, whole } from '../kit/numerals';

function TensorTable({ of }: { of: readonly TensorRow[] }) {
  const words = useWords().model.tensors;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col" className="n">
            {words.shape}
          </th>
          <th scope="col">{words.type}</th>
          <th scope="col" className="n">
            {words.size}
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((t) => (
          <tr key={t.name}>
            <th scope="row" className="mono">
              <Foreign text={t.name} />
            </th>
            <td className="n">{t.shape.join(' × ')}</td>
            <td>{t.type}</td>
            <td className="n" title={whole(t.sizeBytes)}>
              {fixed(t.sizeBytes / 1e6, 2)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MetadataTable({ of }: { of: readonly MetadataRow[] }) {
  const words = useWords().model.tensors;
  return (
    <table className="metadata">
      <thead>
        <tr>
          <th scope="col">{words.key}</th>
          <th scope="col">{words.value}</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ key, value }) => (
          <tr key={key}>
            <th scope="row" className="mono">
              <Foreign text={key} />
            </th>
            <td>
              <Foreign text={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Everything in the file by its name: tensors, and keys of the metadata. */
export function Tensors() {
  const tensors = useStudio((s) => s.model?.tensors);
  const metadata = useStudio((s) => s.model?.metadata);
  const words = useWords().model.tensors;
  const [list, setList] = useState<'tensors' | 'metadata'>('tensors');
  const [filter, setFilter] = useState('');
  if (!tensors || !metadata) return null;
  const isMeant = matcherOf(filter);
  const shownTensors = tensors.filter((t) => isMeant(t.name));
  const shownKeys = metadata.filter((row) => isMeant(row.key));
  const isTensors = list === 'tensors';
  const [shown, all] = isTensors
    ? [shownTensors.length, tensors.length]
    : [shownKeys.length, metadata.length];
  return (
    <Tabs.Root value={list} onValueChange={(value) => setList(value as typeof list)} asChild>
      <section className="panel named" aria-label={words.list}>
        <div className="ph">
          <Tabs.List className="seg" aria-label={words.list}>
            <Tabs.Trigger value="tensors">{words.title}</Tabs.Trigger>
            <Tabs.Trigger value="metadata">{words.metadata}</Tabs.Trigger>
          </Tabs.List>
          <span className="cap" role="status" data-testid="listed">
            {words.count(shown, all)}
          </span>
          <span className="push" />
          <input
            className="field"
            type="search"
            aria-label={words.filter}
            placeholder={isTensors ? words.filterExample : words.filterKeys}
            value={filter}
            onChange={(e) => setFilter(e.currentTarget.value)}
          />
        </div>
        <Tabs.Content value="tensors">
          <ScrollRegion label={words.title}>
            {shown > 0 ? <TensorTable of={shownTensors} /> : <p className="empty">{words.none}</p>}
          </ScrollRegion>
        </Tabs.Content>
        <Tabs.Content value="metadata">
          <ScrollRegion label={words.metadata}>
            {shown > 0 ? <MetadataTable of={shownKeys} /> : <p className="empty">{words.none}</p>}
          </ScrollRegion>
        </Tabs.Content>
      </section>
    </Tabs.Root>
  );
}
