import { $, setText } from './elements.mjs';
import { money, say } from './language.mjs';
import { payOrder } from './payment.mjs';

/**
 * The form to pay with. A shop puts its payment provider's form in the place of the simulator's choice: both give a token.
 *
 * @param onPaid called after each attempt, whatever the answer: the order's status is what counts
 */
export function startPaying(onPaid) {
  let buyer = null;
  let order = null;
  let isPaying = false;
  const hasSimulator = $('pay').dataset.simulator !== '';

  $('pay').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isPaying) return;
    isPaying = true;
    showButton();
    setText('payment', '');
    const answer = await payOrder(buyer.id, order.id, {
      shippingAddress: $('address').hidden ? null : typedAddress(),
      paymentToken: $('card').value,
    }).catch(() => ({ __typename: 'NO_ANSWER' }));
    isPaying = false;
    await onPaid();
    showAnswer(answer);
    showButton();
  });

  function showAnswer({ __typename, order: paid }) {
    if (__typename === 'ShippingAddressRequired') {
      $('address').hidden = $('address').disabled = false;
      $('postal-code').focus();
    }
    const isSettled = order.status !== 'PENDING_PAYMENT' && order.status !== 'PAYING';
    const isPaid = isSettled && order.status !== 'EXPIRED' && order.status !== 'CANCELLED';
    const word = isPaid ? 'PaymentAccepted' : paid?.status === 'PAYING' ? 'PAYING' : __typename;
    setText('payment', say(`pay.${word}`));
    $('payment').dataset.tone =
      isPaid || word === 'PaymentAccepted' ? 'good' : word === 'PaymentDeclined' ? 'bad' : 'wait';
  }

  function showButton() {
    const button = $('pay-button');
    setText('pay-button', isPaying ? say('pay.paying') : say('pay.button', { total: money(order.total) }));
    button.setAttribute('aria-disabled', String(isPaying));
  }

  return {
    show(ofBuyer, shown) {
      if (order?.id !== shown.id) {
        setText('payment', '');
        $('address').hidden = $('address').disabled = true;
      }
      buyer = ofBuyer;
      order = shown;
      const isPayable = order.status === 'PENDING_PAYMENT';
      $('pay').hidden = !isPayable || !hasSimulator;
      if (isPayable && !hasSimulator) setText('payment', say('pay.elsewhere'));
      showButton();
    },
  };
}

function typedAddress() {
  const line2 = $('line2').value.trim();
  return {
    postalCode: $('postal-code').value,
    line1: $('line1').value,
    ...(line2 ? { line2 } : {}),
  };
}
