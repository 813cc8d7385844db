/** A category at the top of the tree, with what the names and prices of its products are made of. */
export interface Department {
  readonly name: string
  readonly materials: readonly string[]
  /** From the cheapest product to the dearest. */
  readonly priceCents: readonly [number, number]
  /** The categories below, each with the things that are sold there. */
  readonly shelves: Readonly<Record<string, readonly string[]>>
}

export const catalogue: readonly Department[] = [
  {
    name: 'Furniture',
    materials: ['Oak', 'Walnut', 'Birch', 'Steel', 'Rattan'],
    priceCents: [4_900, 189_900],
    shelves: {
      Chairs: ['Armchair', 'Stool', 'Rocking Chair'],
      Tables: ['Dining Table', 'Coffee Table', 'Side Table'],
      Storage: ['Bookshelf', 'Sideboard', 'Wardrobe'],
      Beds: ['Bed Frame', 'Bunk Bed', 'Daybed'],
      Desks: ['Writing Desk', 'Standing Desk', 'Corner Desk'],
    },
  },
  {
    name: 'Kitchen',
    materials: ['Steel', 'Copper', 'Ceramic', 'Bamboo', 'Glass'],
    priceCents: [490, 24_900],
    shelves: {
      Cookware: ['Saucepan', 'Frying Pan', 'Casserole'],
      Cutlery: ['Chef Knife', 'Bread Knife', 'Spoon Set'],
      Tableware: ['Plate', 'Bowl', 'Mug'],
      Baking: ['Cake Tin', 'Rolling Pin', 'Mixing Bowl'],
      Coffee: ['Kettle', 'Grinder', 'Coffee Press'],
    },
  },
  {
    name: 'Lighting',
    materials: ['Brass', 'Linen', 'Glass', 'Paper', 'Concrete'],
    priceCents: [990, 39_900],
    shelves: {
      'Table Lamps': ['Table Lamp', 'Reading Lamp', 'Night Light'],
      'Floor Lamps': ['Floor Lamp', 'Arc Lamp', 'Tripod Lamp'],
      'Ceiling Lights': ['Pendant', 'Chandelier', 'Spotlight'],
      'Outdoor Lights': ['Lantern', 'Path Light', 'String Lights'],
      Candles: ['Candle', 'Candlestick', 'Tea Light Holder'],
    },
  },
  {
    name: 'Textiles',
    materials: ['Cotton', 'Linen', 'Wool', 'Silk', 'Velvet'],
    priceCents: [790, 29_900],
    shelves: {
      Bedding: ['Duvet Cover', 'Pillowcase', 'Bed Sheet'],
      Towels: ['Bath Towel', 'Hand Towel', 'Beach Towel'],
      Curtains: ['Curtain', 'Roller Blind', 'Net Curtain'],
      Rugs: ['Rug', 'Runner', 'Doormat'],
      Cushions: ['Cushion', 'Floor Cushion', 'Throw'],
    },
  },
  {
    name: 'Clothing',
    materials: ['Cotton', 'Denim', 'Wool', 'Linen', 'Leather'],
    priceCents: [1_290, 34_900],
    shelves: {
      Shirts: ['Shirt', 'Blouse', 'Polo Shirt'],
      Trousers: ['Trousers', 'Jeans', 'Shorts'],
      Knitwear: ['Jumper', 'Cardigan', 'Scarf'],
      Jackets: ['Jacket', 'Raincoat', 'Waistcoat'],
      Shoes: ['Boots', 'Sandals', 'Trainers'],
    },
  },
  {
    name: 'Electronics',
    materials: ['Aluminium', 'Titanium', 'Bamboo', 'Carbon', 'Glass'],
    priceCents: [1_490, 249_900],
    shelves: {
      Computers: ['Laptop', 'Desktop Computer', 'Tablet'],
      Audio: ['Headphones', 'Speaker', 'Record Player'],
      Cameras: ['Camera', 'Tripod', 'Lens'],
      Phones: ['Phone', 'Charger', 'Phone Case'],
      Accessories: ['Keyboard', 'Mouse', 'Webcam'],
    },
  },
  {
    name: 'Garden',
    materials: ['Terracotta', 'Teak', 'Steel', 'Willow', 'Stone'],
    priceCents: [590, 69_900],
    shelves: {
      Planters: ['Flower Pot', 'Planter', 'Window Box'],
      Tools: ['Spade', 'Rake', 'Pruning Shears'],
      Watering: ['Watering Can', 'Hose Reel', 'Rain Barrel'],
      'Garden Furniture': ['Bench', 'Deck Chair', 'Hammock'],
      Barbecue: ['Grill', 'Fire Bowl', 'Smoker'],
    },
  },
  {
    name: 'Sports',
    materials: ['Carbon', 'Aluminium', 'Rubber', 'Leather', 'Maple'],
    priceCents: [890, 149_900],
    shelves: {
      Cycling: ['Bicycle', 'Helmet', 'Saddle'],
      Fitness: ['Dumbbell', 'Yoga Mat', 'Skipping Rope'],
      Camping: ['Tent', 'Sleeping Bag', 'Camping Stove'],
      'Ball Games': ['Football', 'Basketball', 'Tennis Racket'],
      'Winter Sports': ['Skis', 'Sledge', 'Ice Skates'],
    },
  },
  {
    name: 'Toys',
    materials: ['Beech', 'Felt', 'Cardboard', 'Cotton', 'Maple'],
    priceCents: [390, 12_900],
    shelves: {
      'Building Blocks': ['Building Blocks', 'Marble Run', 'Train Set'],
      Dolls: ['Doll', 'Puppet', 'Teddy Bear'],
      Games: ['Board Game', 'Chess Set', 'Card Game'],
      Puzzles: ['Jigsaw', 'Puzzle Cube', 'Brain Teaser'],
      'Outdoor Toys': ['Kite', 'Swing', 'Sandpit'],
    },
  },
  {
    name: 'Stationery',
    materials: ['Paper', 'Leather', 'Brass', 'Cork', 'Walnut'],
    priceCents: [190, 14_900],
    shelves: {
      Notebooks: ['Notebook', 'Sketchbook', 'Diary'],
      Pens: ['Fountain Pen', 'Pencil', 'Marker'],
      Organisers: ['Folder', 'Pen Holder', 'Letter Tray'],
      Crafts: ['Scissors', 'Glue', 'Stamp'],
      Cards: ['Postcard', 'Envelope', 'Gift Wrap'],
    },
  },
  {
    name: 'Bathroom',
    materials: ['Ceramic', 'Bamboo', 'Marble', 'Chrome', 'Cotton'],
    priceCents: [290, 59_900],
    shelves: {
      Basins: ['Basin', 'Tap', 'Soap Dish'],
      Showers: ['Shower Head', 'Shower Curtain', 'Bath Mat'],
      Mirrors: ['Mirror', 'Mirror Cabinet', 'Shaving Mirror'],
      'Bathroom Storage': ['Laundry Basket', 'Towel Rail', 'Shelf'],
      Care: ['Hairbrush', 'Soap', 'Toothbrush Holder'],
    },
  },
  {
    name: 'Travel',
    materials: ['Canvas', 'Leather', 'Nylon', 'Aluminium', 'Wool'],
    priceCents: [990, 79_900],
    shelves: {
      Suitcases: ['Suitcase', 'Cabin Case', 'Trunk'],
      Backpacks: ['Backpack', 'Daypack', 'Rucksack'],
      Bags: ['Shoulder Bag', 'Weekender', 'Tote Bag'],
      Wallets: ['Wallet', 'Card Holder', 'Passport Cover'],
      Comfort: ['Neck Pillow', 'Eye Mask', 'Travel Blanket'],
    },
  },
]
