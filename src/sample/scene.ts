import type { SeededRandom } from "#base/seeded-random.ts";

export const SCENE_WIDTH = 400;
export const SCENE_HEIGHT = 300;

/** What a scene shows, which is its label. */
export const SCENE_KINDS = ["hills", "city", "fruit", "fish", "flowers"] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];

/** Draws a scene as SVG: no two random states give the same one. */
export function drawScene(kind: SceneKind, random: SeededRandom): string {
  const shapes = { hills, city, fruit, fish, flowers }[kind](random);
  const size = `width="${SCENE_WIDTH}" height="${SCENE_HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${shapes.join("")}</svg>`;
}

function colour(random: SeededRandom, saturation: [number, number], lightness: [number, number]): string {
  const hue = random.integer(0, 360);
  return `hsl(${hue},${random.integer(...saturation)}%,${random.integer(...lightness)}%)`;
}

function ground(random: SeededRandom, lightness: [number, number]): string {
  const [from, to] = [colour(random, [15, 70], lightness), colour(random, [15, 70], lightness)];
  const [x, y] = [random.integer(0, 101), random.integer(30, 101)];
  const stops = `<stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/>`;
  const gradient = `<linearGradient id="g" x1="0" y1="0" x2="${x}%" y2="${y}%">${stops}</linearGradient>`;
  return `<defs>${gradient}</defs><rect width="100%" height="100%" fill="url(#g)"/>`;
}

function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;
}

function ellipse(x: number, y: number, rx: number, ry: number, turn: number, fill: string): string {
  return `<ellipse rx="${rx}" ry="${ry}" fill="${fill}" transform="translate(${x} ${y}) rotate(${turn})"/>`;
}

function times<Item>(count: number, make: (i: number) => Item): Item[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function hills(random: SeededRandom): string[] {
  const shapes = [ground(random, [55, 90])];
  shapes.push(
    circle(
      random.integer(30, 370),
      random.integer(20, 120),
      random.integer(12, 45),
      colour(random, [60, 100], [60, 95]),
    ),
  );
  const layers = random.integer(2, 5);
  for (let layer = 0; layer < layers; layer++) {
    const base = 110 + layer * 50;
    const points = times(random.integer(4, 9) + 2, (i) => i).map((i, _, all) => {
      return `${Math.round((i * SCENE_WIDTH) / (all.length - 1))},${base + random.integer(-60, 60)}`;
    });
    const fill = colour(random, [15, 60], [60 - layer * 15, 75 - layer * 15]);
    shapes.push(`<polygon points="0,300 ${points.join(" ")} 400,300" fill="${fill}"/>`);
  }
  for (let tree = random.integer(3, 14); tree > 0; tree--) {
    const [x, y, size] = [random.integer(0, 400), random.integer(190, 295), random.integer(8, 34)];
    const fill = colour(random, [20, 60], [12, 35]);
    shapes.push(`<polygon points="${x},${y - size * 2} ${x - size / 2},${y} ${x + size / 2},${y}" fill="${fill}"/>`);
  }
  return shapes;
}

function city(random: SeededRandom): string[] {
  const shapes = [ground(random, [20, 85])];
  let x = random.integer(-30, 0);
  while (x < SCENE_WIDTH) {
    const [width, height] = [random.integer(28, 90), random.integer(60, 250)];
    const top = SCENE_HEIGHT - height;
    shapes.push(
      `<rect x="${x}" y="${top}" width="${width}" height="${height}" fill="${colour(random, [5, 45], [12, 70])}"/>`,
    );
    const [step, size, lit] = [random.integer(12, 26), random.integer(4, 11), colour(random, [30, 90], [55, 92])];
    for (let wx = x + 6; wx + size < x + width; wx += step) {
      for (let wy = top + 8; wy + size < SCENE_HEIGHT; wy += step) {
        if (random.between(0, 1) < 0.7)
          shapes.push(`<rect x="${wx}" y="${wy}" width="${size}" height="${size}" fill="${lit}"/>`);
      }
    }
    x += width + random.integer(-6, 14);
  }
  return shapes;
}

function fruit(random: SeededRandom): string[] {
  const shapes = [ground(random, [75, 97])];
  const table = random.integer(150, 240);
  shapes.push(`<rect y="${table}" width="400" height="${300 - table}" fill="${colour(random, [15, 50], [25, 65])}"/>`);
  for (let piece = random.integer(3, 9); piece > 0; piece--) {
    const [x, size] = [random.integer(40, 360), random.integer(18, 62)];
    const y = table + random.integer(-20, 40) - size / 2;
    shapes.push(ellipse(x, y + size * 0.9, size, size * 0.2, 0, "rgba(0,0,0,0.25)"));
    shapes.push(
      ellipse(x, y, size, size * random.between(0.6, 1.1), random.integer(0, 180), colour(random, [45, 95], [30, 65])),
    );
    shapes.push(ellipse(x - size * 0.3, y - size * 0.35, size * 0.25, size * 0.15, -30, "rgba(255,255,255,0.5)"));
    if (random.between(0, 1) < 0.6) {
      shapes.push(
        ellipse(
          x + size * 0.2,
          y - size,
          size * 0.4,
          size * 0.14,
          random.integer(-60, 20),
          colour(random, [30, 70], [20, 45]),
        ),
      );
    }
  }
  return shapes;
}

function fish(random: SeededRandom): string[] {
  const shapes = [ground(random, [18, 60])];
  for (let swimmer = random.integer(3, 8); swimmer > 0; swimmer--) {
    const [x, y, size] = [random.integer(50, 350), random.integer(40, 260), random.integer(22, 85)];
    const body = colour(random, [40, 95], [40, 75]);
    const side = random.pick([-1, 1]);
    const tail = `${size * 0.7},0 ${size * 1.3},${-size * 0.4} ${size * 1.2},${size * 0.4}`;
    const parts = [
      `<polygon points="${tail}" fill="${colour(random, [40, 95], [35, 70])}"/>`,
      `<ellipse rx="${size}" ry="${size * random.between(0.3, 0.65)}" fill="${body}"/>`,
      ...times(random.integer(0, 5), (i) => {
        const stripe = colour(random, [30, 90], [20, 90]);
        return `<rect x="${-size * 0.5 + i * size * 0.28}" y="${-size * 0.3}" width="${size * 0.1}" height="${size * 0.6}" fill="${stripe}"/>`;
      }),
      circle(-size * 0.65, -size * 0.08, size * 0.09, "white"),
      circle(-size * 0.67, -size * 0.08, size * 0.045, "black"),
    ];
    shapes.push(
      `<g transform="translate(${x} ${y}) scale(${side} 1) rotate(${random.integer(-25, 25)})">${parts.join("")}</g>`,
    );
  }
  for (let bubble = random.integer(4, 16); bubble > 0; bubble--) {
    shapes.push(
      circle(random.integer(0, 400), random.integer(0, 300), random.integer(3, 14), "rgba(255,255,255,0.35)"),
    );
  }
  return shapes;
}

function flowers(random: SeededRandom): string[] {
  const shapes = [ground(random, [40, 92])];
  for (let plant = random.integer(3, 10); plant > 0; plant--) {
    const [x, y, size] = [random.integer(20, 380), random.integer(40, 220), random.integer(10, 42)];
    const stem = colour(random, [25, 65], [20, 42]);
    const lean = random.integer(-40, 40);
    shapes.push(
      `<path d="M${x + lean} 300 Q${x + lean} ${y + 60} ${x} ${y}" stroke="${stem}" stroke-width="${random.integer(3, 8)}" fill="none"/>`,
    );
    const [petals, fill, reach] = [
      random.integer(4, 13),
      colour(random, [45, 100], [45, 85]),
      random.between(0.7, 1.4),
    ];
    for (let petal = 0; petal < petals; petal++) {
      const turn = (petal * 360) / petals;
      const at = `translate(${x} ${y}) rotate(${turn}) translate(${size * reach} 0)`;
      shapes.push(`<ellipse rx="${size * 0.8}" ry="${size * 0.34}" fill="${fill}" transform="${at}"/>`);
    }
    shapes.push(circle(x, y, size * random.between(0.35, 0.7), colour(random, [50, 100], [30, 70])));
  }
  return shapes;
}
