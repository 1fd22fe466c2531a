/** Shopify's MoneyV2. */
export const money = (amount: string, currencyCode: string) => ({ amount, currencyCode })

/** Shopify's MoneyBag: shops of the sandbox sell in their own currency. */
export function moneyBag(amount: string, currencyCode: string) {
  const same = money(amount, currencyCode)
  return { shopMoney: same, presentmentMoney: same }
}
