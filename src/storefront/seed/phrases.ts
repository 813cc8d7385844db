/** What reviewers write, by their rating from 1 to 5. */
export const reviewPhrases: readonly { readonly titles: readonly string[]; readonly sentences: readonly string[] }[] = [
  {
    titles: ['Sent it back', 'Broke at once', 'Not as described', 'A waste of money'],
    sentences: [
      'It fell apart within a week.',
      'The picture shows something else.',
      'Nobody answered my messages.',
      'One corner was broken when I opened the box.',
      'I asked for my money back.',
    ],
  },
  {
    titles: ['Expected more', 'Below average', 'Not for the price', 'Disappointing'],
    sentences: [
      'It feels cheaper than it looks.',
      'The instructions are hard to follow.',
      'The colour is not quite the one I ordered.',
      'It does its job, but only just.',
      'A screw was missing.',
    ],
  },
  {
    titles: ['It is all right', 'Does its job', 'Mixed feelings', 'Average'],
    sentences: [
      'Neither good nor bad.',
      'It is a little smaller than I thought.',
      'Delivery took longer than promised.',
      'Fine for what it costs.',
      'I would look at others before buying it again.',
    ],
  },
  {
    titles: ['Very good', 'Happy with it', 'Good value', 'Nearly perfect'],
    sentences: [
      'Well made and easy to clean.',
      'It looks just like the pictures.',
      'It took ten minutes to put together.',
      'My family likes it too.',
      'Only the packaging could be simpler.',
    ],
  },
  {
    titles: ['Could not be better', 'Love it', 'Perfect', 'Buy it', 'Best of its kind'],
    sentences: [
      'I use it every day.',
      'Exactly what I was looking for.',
      'You can feel the quality.',
      'I have already ordered a second one.',
      'It arrived the next morning.',
      'It makes a lovely present.',
    ],
  },
]

/** What the shop says of its products. */
export const productPhrases: readonly string[] = [
  'Made to last, and easy to repair.',
  'Comes with a warranty of two years.',
  'Designed for small rooms.',
  'Made in small batches by a family business.',
  'Wipes clean with a damp cloth.',
  'Packed without plastic.',
  'Arrives fully assembled.',
  'Tested for ten thousand hours of use.',
  'Made from what others throw away.',
  'A present that always fits.',
]
