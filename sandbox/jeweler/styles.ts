/**
 * What the workshop makes again and again. Each style lists its choices with what they cost: a 14k white gold ring
 * costs more than the same in silver, a longer chain more than a short one.
 */
export type Style = {
  core: string
  title: string
  priceCents: number
  grams: number
  /** Set where the piece comes in two metals. */
  metals?: readonly Metal[]
}

export type Metal = { name: string; suffix: string; priceFactor: number }

const YELLOW: Metal = { name: '14k Yellow Gold', suffix: '14Y', priceFactor: 1 }
const WHITE: Metal = { name: '14k White Gold', suffix: '14W', priceFactor: 1.08 }
const SILVER: Metal = { name: 'Sterling Silver', suffix: 'SS', priceFactor: 0.35 }
const GOLDS = [YELLOW, WHITE] as const
const GOLD_OR_SILVER = [YELLOW, SILVER] as const

export const RING_SIZES = ['5', '6', '6.5', '7', '8', '9'] as const
export const TWO_METAL_RING_SIZES = ['5', '6', '7', '8', '9'] as const
export const CHAIN_LENGTHS = ['16 in', '18 in', '20 in', '24 in'] as const
export const BRACELET_LENGTHS = ['6.5 in', '7 in', '7.5 in'] as const

export const RINGS: Style[] = [
  { core: 'R101', title: 'Luna Solitaire Ring, Moonstone in 14k Gold', priceCents: 68_000, grams: 3.1 },
  { core: 'R102', title: 'Twist Stacking Ring in Gold Vermeil', priceCents: 9_800, grams: 1.8 },
  { core: 'R103', title: 'Hammered Signet Ring in Sterling Silver', priceCents: 14_500, grams: 6.4 },
  { core: 'R104', title: 'Bezel Set Sapphire Ring in 14k Gold', priceCents: 89_000, grams: 2.9 },
  { core: 'R105', title: 'Pavé Eternity Ring, Lab Diamonds', priceCents: 124_000, grams: 2.6 },
  { core: 'R106', title: 'Emerald Cut Green Tourmaline Ring', priceCents: 97_500, grams: 3.3 },
  { core: 'R107', title: 'Laurel Leaf Ring in Sterling Silver', priceCents: 8_600, grams: 2.2 },
  { core: 'R108', title: 'Opal Halo Ring in 14k Gold', priceCents: 76_000, grams: 2.7 },
  { core: 'R109', title: 'Knot Ring in Sterling Silver', priceCents: 7_200, grams: 2.0 },
  { core: 'R110', title: 'Art Deco Onyx Ring in Sterling Silver', priceCents: 13_200, grams: 4.8 },
  { core: 'R120', title: 'Three Stone Diamond Ring', priceCents: 215_000, grams: 3.4, metals: GOLDS },
  { core: 'R121', title: 'Vintage Milgrain Ring', priceCents: 82_000, grams: 3.0, metals: GOLDS },
  { core: 'R122', title: 'Petite Diamond Band', priceCents: 64_000, grams: 1.9, metals: GOLDS },
  { core: 'R123', title: 'Open Crescent Ring', priceCents: 38_000, grams: 1.7, metals: GOLD_OR_SILVER },
  { core: 'B151', title: 'Classic Comfort Fit Wedding Band, 4 mm, 14k Gold', priceCents: 59_000, grams: 4.1 },
  { core: 'B152', title: 'Brushed Wedding Band, 5 mm, 14k Gold', priceCents: 71_000, grams: 5.2 },
  { core: 'B153', title: 'Knife Edge Wedding Band, 3 mm, 14k Gold', priceCents: 52_000, grams: 3.2 },
  { core: 'B154', title: 'Hammered Wedding Band, 4 mm, Sterling Silver', priceCents: 11_800, grams: 4.0 },
]

export const CHAINS: Style[] = [
  { core: 'C201', title: 'Cable Chain, 1.2 mm, 14k Gold', priceCents: 32_000, grams: 2.1 },
  { core: 'C202', title: 'Rope Chain, 2 mm, 14k Gold', priceCents: 58_000, grams: 4.6 },
  { core: 'C203', title: 'Box Chain, 1 mm, Sterling Silver', priceCents: 4_800, grams: 2.8 },
  { core: 'C204', title: 'Paperclip Chain, Gold Vermeil', priceCents: 12_800, grams: 6.9 },
  { core: 'C205', title: 'Figaro Chain, 3 mm, Sterling Silver', priceCents: 8_400, grams: 7.7 },
  { core: 'C206', title: 'Satellite Chain, Gold Vermeil', priceCents: 9_400, grams: 2.4 },
  { core: 'C207', title: 'Curb Chain, 4 mm, Sterling Silver', priceCents: 11_200, grams: 11.5 },
  { core: 'C208', title: 'Freshwater Pearl Strand, 6 mm', priceCents: 24_500, grams: 24 },
  { core: 'C209', title: 'Herringbone Chain, 3 mm, 14k Gold', priceCents: 74_000, grams: 5.8 },
]

export const BRACELETS: Style[] = [
  { core: 'W251', title: 'Tennis Bracelet, Lab Diamonds, 14k White Gold', priceCents: 289_000, grams: 9.8 },
  { core: 'W252', title: 'Paperclip Bracelet, Gold Vermeil', priceCents: 8_900, grams: 4.1 },
  { core: 'W253', title: 'Charm Bracelet in Sterling Silver', priceCents: 9_600, grams: 12.3 },
  { core: 'W254', title: 'Freshwater Pearl Bracelet', priceCents: 11_500, grams: 10.7 },
  { core: 'W255', title: 'Rope Bracelet, 14k Gold', priceCents: 31_500, grams: 3.3 },
  { core: 'W256', title: 'Beaded Garnet Bracelet', priceCents: 6_900, grams: 8.2 },
  { core: 'W257', title: 'Woven Leather Bracelet with Silver Clasp', priceCents: 5_800, grams: 9.0 },
]

export const EARRINGS: Style[] = [
  { core: 'E301', title: 'Ball Stud Earrings, 4 mm, pair', priceCents: 14_800, grams: 0.9, metals: GOLDS },
  { core: 'E302', title: 'Diamond Stud Earrings, 0.50 ct, pair', priceCents: 129_000, grams: 1.3, metals: GOLDS },
  { core: 'E303', title: 'Classic Hoop Earrings, 20 mm, pair', priceCents: 24_000, grams: 2.2, metals: GOLD_OR_SILVER },
  { core: 'E304', title: 'Huggie Hoop Earrings, pair', priceCents: 21_000, grams: 1.8, metals: GOLD_OR_SILVER },
  { core: 'E305', title: 'Pearl Drop Earrings, pair', priceCents: 26_500, grams: 2.6, metals: GOLDS },
  { core: 'E306', title: 'Bar Stud Earrings, pair', priceCents: 11_900, grams: 0.8, metals: GOLD_OR_SILVER },
  { core: 'E307', title: 'Threader Earrings, pair', priceCents: 17_500, grams: 1.0, metals: GOLD_OR_SILVER },
  { core: 'E308', title: 'Sapphire Stud Earrings, pair', priceCents: 58_000, grams: 1.2, metals: GOLDS },
  { core: 'E309', title: 'Crescent Moon Stud Earrings, pair', priceCents: 13_600, grams: 0.9, metals: GOLD_OR_SILVER },
  { core: 'E310', title: 'Twisted Hoop Earrings, 30 mm, pair', priceCents: 33_000, grams: 3.4, metals: GOLD_OR_SILVER },
  { core: 'E311', title: 'Chandelier Earrings with Garnets, pair', priceCents: 44_000, grams: 6.2, metals: GOLDS },
  { core: 'E312', title: 'Leaf Drop Earrings, pair', priceCents: 19_800, grams: 2.1, metals: GOLD_OR_SILVER },
  { core: 'E313', title: 'Opal Stud Earrings, pair', priceCents: 27_500, grams: 1.1, metals: GOLDS },
  { core: 'E314', title: 'Star Ear Climbers, pair', priceCents: 22_500, grams: 1.4, metals: GOLD_OR_SILVER },
  { core: 'E315', title: 'Lever Back Emerald Earrings, pair', priceCents: 61_000, grams: 2.3, metals: GOLDS },
  { core: 'E331', title: 'Baroque Pearl Earrings, pair', priceCents: 16_800, grams: 5.5 },
  { core: 'E332', title: 'Turquoise Cabochon Earrings in Sterling Silver, pair', priceCents: 9_200, grams: 4.4 },
  { core: 'E333', title: 'Hammered Disc Earrings in Sterling Silver, pair', priceCents: 7_400, grams: 3.8 },
  { core: 'E334', title: 'Enamel Flower Stud Earrings, pair', priceCents: 5_600, grams: 1.6 },
  { core: 'E335', title: 'Labradorite Dangle Earrings, pair', priceCents: 8_800, grams: 4.9 },
  { core: 'E336', title: 'Ear Cuff in Gold Vermeil', priceCents: 4_400, grams: 1.2 },
]

export const PENDANTS: Style[] = [
  { core: 'P401', title: 'Initial Pendant', priceCents: 18_500, grams: 1.4, metals: GOLD_OR_SILVER },
  { core: 'P402', title: 'Locket Pendant, Oval', priceCents: 36_000, grams: 5.1, metals: GOLD_OR_SILVER },
  { core: 'P403', title: 'Evil Eye Pendant with Sapphire', priceCents: 24_000, grams: 1.9, metals: GOLDS },
  { core: 'P404', title: 'Saint Christopher Medal', priceCents: 27_500, grams: 4.0, metals: GOLD_OR_SILVER },
  { core: 'P405', title: 'Solitaire Diamond Pendant, 0.25 ct', priceCents: 59_000, grams: 1.1, metals: GOLDS },
  { core: 'P406', title: 'Compass Pendant', priceCents: 21_800, grams: 3.2, metals: GOLD_OR_SILVER },
  { core: 'P407', title: 'Heart Pendant with Ruby', priceCents: 33_500, grams: 1.7, metals: GOLDS },
  { core: 'P408', title: 'Tree of Life Pendant', priceCents: 19_200, grams: 3.6, metals: GOLD_OR_SILVER },
  { core: 'P421', title: 'Birthstone Pendant, Aquamarine', priceCents: 14_900, grams: 1.5 },
  { core: 'P422', title: 'Birthstone Pendant, Peridot', priceCents: 13_900, grams: 1.5 },
  { core: 'P423', title: 'Birthstone Pendant, Citrine', priceCents: 12_900, grams: 1.5 },
  { core: 'P424', title: 'Birthstone Pendant, Amethyst', priceCents: 12_900, grams: 1.5 },
  { core: 'P425', title: 'Teardrop Moonstone Pendant', priceCents: 11_400, grams: 2.8 },
  { core: 'P426', title: 'Raw Crystal Pendant, Rose Quartz', priceCents: 5_900, grams: 6.6 },
]

export const SMALL_PIECES: Style[] = [
  { core: 'M501', title: 'Swallow Brooch in Sterling Silver', priceCents: 9_800, grams: 7.2 },
  { core: 'M502', title: 'Pearl Lapel Pin', priceCents: 6_400, grams: 2.6 },
  { core: 'M503', title: 'Onyx Cufflinks in Sterling Silver, pair', priceCents: 14_800, grams: 11.4 },
  { core: 'M504', title: 'Mother of Pearl Cufflinks, pair', priceCents: 12_600, grams: 10.2 },
  { core: 'M505', title: 'Tie Bar in Sterling Silver', priceCents: 7_800, grams: 9.1 },
  { core: 'M506', title: 'Fine Anklet in Gold Vermeil', priceCents: 5_200, grams: 2.3 },
  { core: 'M507', title: 'Hair Comb with Freshwater Pearls', priceCents: 8_900, grams: 21 },
  { core: 'M508', title: 'Money Clip in Sterling Silver', priceCents: 11_900, grams: 18 },
  { core: 'M509', title: 'Charm, Tiny Key in 14k Gold', priceCents: 9_400, grams: 0.7 },
  { core: 'M510', title: 'Jewelry Polishing Cloth', priceCents: 1_200, grams: 30 },
]

export const SETS: Style[] = [
  { core: 'S601', title: 'Bridal Set: Three Stone Ring and Band, size 6', priceCents: 262_000, grams: 6.6 },
  { core: 'S602', title: 'Pearl Set: Strand, Bracelet and Earrings', priceCents: 48_500, grams: 38 },
  { core: 'S603', title: 'Stacking Set: Three Twist Rings, size 7', priceCents: 26_400, grams: 5.4 },
  { core: 'S604', title: 'Moon Set: Crescent Ring and Studs', priceCents: 48_200, grams: 2.6 },
  { core: 'S605', title: 'Gift Set: Box Chain and Initial Pendant, Silver', priceCents: 10_400, grams: 4.2 },
  { core: 'S606', title: 'Hoop Trio: Three Pairs in Sterling Silver', priceCents: 21_900, grams: 7.9 },
]
