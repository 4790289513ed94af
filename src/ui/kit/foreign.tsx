import { visible, visibleText } from '../../util/foreign-text';

/** A name, a value or a message of a file, on one line. It reorders nothing around it; what has no shape is an escape. */
export const Foreign = (props: { text: string }) => <bdi>{visible(props.text)}</bdi>;

/** A text of many lines, such as what a model writes. */
export const ForeignText = (props: { text: string }) => <bdi>{visibleText(props.text)}</bdi>;
