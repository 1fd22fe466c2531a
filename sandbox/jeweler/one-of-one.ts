/** Pieces that exist once: loose stones by weight, and estate and bench pieces. 20 and 20. */
export type Unique = {
  core: string
  title: string
  type: 'Loose stone' | 'Estate piece'
  priceCents: number
  grams: number
}

type Stone = readonly [title: string, carats: number, priceCents: number]

const STONES: Stone[] = [
  ['Montana Sapphire, Teal, Cushion Cut', 1.83, 214_000],
  ['Ceylon Sapphire, Cornflower Blue, Oval', 2.41, 468_000],
  ['Padparadscha Sapphire, Cushion Cut', 1.07, 392_000],
  ['Green Tourmaline, Emerald Cut', 3.52, 98_000],
  ['Rubellite Tourmaline, Pear Cut', 2.76, 84_000],
  ['Paraíba Type Tourmaline, Oval', 0.94, 510_000],
  ['Tsavorite Garnet, Round', 1.22, 156_000],
  ['Spessartine Garnet, Mandarin, Oval', 2.95, 72_000],
  ['Colombian Emerald, Emerald Cut', 1.36, 640_000],
  ['Burmese Ruby, Unheated, Oval', 1.02, 890_000],
  ['Red Spinel, Mahenge, Cushion Cut', 1.51, 348_000],
  ['Grey Spinel, Hexagon Cut', 1.74, 112_000],
  ['Alexandrite, Round', 0.61, 395_000],
  ['Imperial Topaz, Pear Cut', 3.18, 138_000],
  ['Aquamarine, Santa Maria Blue, Oval', 4.04, 122_000],
  ['Morganite, Peach, Cushion Cut', 5.27, 64_000],
  ['Tanzanite, Trillion Cut', 2.88, 106_000],
  ['Black Opal, Lightning Ridge, Cabochon', 3.66, 420_000],
  ['Salt and Pepper Diamond, Rose Cut', 1.12, 118_000],
  ['Champagne Diamond, Old Mine Cut', 0.83, 205_000],
]

type Piece = readonly [title: string, priceCents: number, grams: number]

const PIECES: Piece[] = [
  ['Edwardian Diamond and Platinum Ring, c. 1910', 485_000, 3.2],
  ['Victorian Mourning Brooch with Seed Pearls, c. 1880', 128_000, 9.4],
  ['Art Deco Sapphire Line Bracelet, c. 1928', 620_000, 14.1],
  ['Georgian Garnet Cluster Earrings, c. 1820', 238_000, 5.6],
  ['Retro Citrine Cocktail Ring, c. 1945', 194_000, 11.3],
  ['Art Nouveau Enamel Pansy Pendant, c. 1900', 176_000, 6.8],
  ['Mid-Century Jade Bangle', 98_000, 42],
  ['Victorian Gold Locket with Turquoise, c. 1870', 142_000, 12.7],
  ['1960s Pearl and Diamond Dome Ring', 158_000, 8.8],
  ['Scottish Agate Kilt Pin, c. 1860', 62_000, 18.5],
  ['Navajo Turquoise Cuff, signed, c. 1975', 116_000, 58],
  ['French Pocket Watch Chain in 18k Gold, c. 1890', 274_000, 26],
  ['Cameo Brooch in Shell and 14k Gold, c. 1910', 54_000, 10.2],
  ['Bench Piece: Carved Wax Serpent Ring, 18k Gold', 236_000, 9.1],
  ['Bench Piece: Freeform Boulder Opal Pendant', 148_000, 7.7],
  ['Bench Piece: Reef Cuff in Oxidized Silver', 82_000, 36],
  ['Bench Piece: Meteorite Inlay Band, size 10', 96_000, 6.3],
  ['Bench Piece: Bee Brooch with Yellow Diamonds', 312_000, 8.4],
  ['Bench Piece: Tahitian Pearl Lariat', 168_000, 21],
  ['Bench Piece: Emerald Snake Ear Cuff', 124_000, 2.9],
]

export function uniquePieces(): Unique[] {
  const stones = STONES.map(([title, carats, priceCents], i): Unique => {
    const core = `G-${String(1041 + i)}`
    return { core, title: `${title}, ${carats.toFixed(2)} ct`, type: 'Loose stone', priceCents, grams: carats * 0.2 }
  })
  const pieces = PIECES.map(([title, priceCents, grams], i): Unique => {
    return { core: `X-${String(731 + i)}`, title, type: 'Estate piece', priceCents, grams }
  })
  return [...stones, ...pieces]
}
