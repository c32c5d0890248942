/** Brings a setting's field into view and gives it the focus. */
export function focusSetting(key: string): void {
  const field = [...document.querySelectorAll<HTMLElement>('[data-setting]')].find((one) => one.dataset.setting === key);
  field?.scrollIntoView?.({ block: 'center' });
  field?.focus();
}
