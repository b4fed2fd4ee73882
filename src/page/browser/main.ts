import { DataBlocks } from "./data-blocks.ts";
import { Review } from "./review.ts";
import { ReviewData } from "./review-data.ts";

new Review(new ReviewData(new DataBlocks())).begin();
