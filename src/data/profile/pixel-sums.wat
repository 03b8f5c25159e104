;; The sums over an image's pixels from which its measures are made; image-statistics.ts calls them, a strip of rows at a time.
;; After a change: node tools/wasm.ts
(module
  (import "host" "memory" (memory 1))

  ;; Constants: V8 builds a v128.const anew wherever it stands, which costs more than the load.
  (data (i32.const 0)
    "\00\80\01\80\03\80\04\80\06\80\07\80\09\80\0a\80" ;; 0: R G of four pixels as i16
    "\01\80\02\80\04\80\05\80\07\80\08\80\0a\80\0b\80" ;; 16: G B of four pixels as i16
    "\00\80\80\80\03\80\80\80\06\80\80\80\09\80\80\80" ;; 32: bytes 0, 3, 6, 9 as i32
    "\46\26\23\4b\46\26\23\4b\46\26\23\4b\46\26\23\4b" ;; 48: 9798 19235
    "\00\00\97\0e\00\00\97\0e\00\00\97\0e\00\00\97\0e" ;; 64: 0 3735
    "\01\00\ff\ff\01\00\ff\ff\01\00\ff\ff\01\00\ff\ff" ;; 80: 1 -1
    "\02\00\fe\ff\02\00\fe\ff\02\00\fe\ff\02\00\fe\ff" ;; 96: 2 -2
    "\00\40\00\00\00\40\00\00\00\40\00\00\00\40\00\00" ;; 112: 16384
    "\00\00\80\3f\00\00\80\3f\00\00\80\3f\00\00\80\3f" ;; 128: 1.0
    "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff" ;; 144: of 16 bytes before here and 16 of 0 after, the mask of a last run
  )

  ;; Adds the four lanes of $lanes to the i64 at $at.
  (func $addLanes (param $at i32) (param $lanes v128)
    (local.set $lanes (i64x2.add
      (i64x2.extend_low_i32x4_s (local.get $lanes)) (i64x2.extend_high_i32x4_s (local.get $lanes))))
    (i64.store (local.get $at) (i64.add (i64.load (local.get $at))
      (i64.add (i64x2.extract_lane 0 (local.get $lanes)) (i64x2.extract_lane 1 (local.get $lanes))))))

  ;; Turns $count pixels of RGB bytes at $rgb, a multiple of 8, at most 32768, into grey bytes at $grey, with OpenCV's
  ;; fixed-point weights: .299, .587, .114 in units of 2^-15, rounded. Reads up to 6 bytes past the last pixel.
  ;; Adds to $sums: i64 of R - G, of its square, of R + G - 2B, of its square, and f64 of (max - min) / max.
  ;; The last is summed in f32: a few thousand pixels a call keep seven digits.
  (func (export "colours") (param $rgb i32) (param $count i32) (param $grey i32) (param $sums i32)
    (local $end i32) (local $v v128) (local $rg v128) (local $gb v128)
    (local $redGreenPairs v128) (local $greenBluePairs v128) (local $everyThird v128) (local $redGreenLuma v128) (local $greenBlueLuma v128)
    (local $redLessGreen v128) (local $twiceGreenLessBlue v128) (local $half v128) (local $one v128)
    (local $next v128) (local $third v128) (local $most v128) (local $range v128)
    (local $luma0 v128) (local $luma1 v128) (local $redGreen0 v128) (local $redGreen1 v128)
    (local $yellowBlue0 v128) (local $yellowBlue1 v128) (local $saturation0 v128) (local $saturation1 v128)
    (local $redGreen v128) (local $redGreenSquares v128) (local $yellowBlue v128) (local $yellowBlueSquares v128)
    (local.set $redGreenPairs (v128.load offset=0 (i32.const 0)))
    (local.set $greenBluePairs (v128.load offset=16 (i32.const 0)))
    (local.set $everyThird (v128.load offset=32 (i32.const 0)))
    (local.set $redGreenLuma (v128.load offset=48 (i32.const 0)))
    (local.set $greenBlueLuma (v128.load offset=64 (i32.const 0)))
    (local.set $redLessGreen (v128.load offset=80 (i32.const 0)))
    (local.set $twiceGreenLessBlue (v128.load offset=96 (i32.const 0)))
    (local.set $half (v128.load offset=112 (i32.const 0)))
    (local.set $one (v128.load offset=128 (i32.const 0)))
    (local.set $end (i32.add (local.get $grey) (local.get $count)))
    (loop $pixels
      ;; Pixels 0 to 3.
      (local.set $v (v128.load offset=0 (local.get $rgb)))
      (local.set $rg (i8x16.relaxed_swizzle (local.get $v) (local.get $redGreenPairs)))
      (local.set $gb (i8x16.relaxed_swizzle (local.get $v) (local.get $greenBluePairs)))
      (local.set $luma0 (i32x4.shr_u
        (i32x4.add (local.get $half) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $rg) (local.get $redGreenLuma))
          (i32x4.dot_i16x8_s (local.get $gb) (local.get $greenBlueLuma))))
        (i32.const 15)))
      (local.set $redGreen0 (i32x4.dot_i16x8_s (local.get $rg) (local.get $redLessGreen)))
      ;; R + G - 2B = (R - G) + 2 (G - B)
      (local.set $yellowBlue0 (i32x4.add (local.get $redGreen0)
        (i32x4.dot_i16x8_s (local.get $gb) (local.get $twiceGreenLessBlue))))
      ;; Every third byte of these is of one pixel.
      (local.set $next (v128.load offset=1 (local.get $rgb)))
      (local.set $third (v128.load offset=2 (local.get $rgb)))
      (local.set $most (i8x16.max_u (i8x16.max_u (local.get $v) (local.get $next)) (local.get $third)))
      (local.set $range (i8x16.sub (local.get $most)
        (i8x16.min_u (i8x16.min_u (local.get $v) (local.get $next)) (local.get $third))))
      (local.set $saturation0 (f32x4.add (local.get $saturation0) (f32x4.div
        (f32x4.convert_i32x4_s (i8x16.relaxed_swizzle (local.get $range) (local.get $everyThird)))
        (f32x4.pmax (local.get $one)
          (f32x4.convert_i32x4_s (i8x16.relaxed_swizzle (local.get $most) (local.get $everyThird)))))))
      ;; Pixels 4 to 7.
      (local.set $v (v128.load offset=12 (local.get $rgb)))
      (local.set $rg (i8x16.relaxed_swizzle (local.get $v) (local.get $redGreenPairs)))
      (local.set $gb (i8x16.relaxed_swizzle (local.get $v) (local.get $greenBluePairs)))
      (local.set $luma1 (i32x4.shr_u
        (i32x4.add (local.get $half) (i32x4.add
          (i32x4.dot_i16x8_s (local.get $rg) (local.get $redGreenLuma))
          (i32x4.dot_i16x8_s (local.get $gb) (local.get $greenBlueLuma))))
        (i32.const 15)))
      (local.set $redGreen1 (i32x4.dot_i16x8_s (local.get $rg) (local.get $redLessGreen)))
      ;; R + G - 2B = (R - G) + 2 (G - B)
      (local.set $yellowBlue1 (i32x4.add (local.get $redGreen1)
        (i32x4.dot_i16x8_s (local.get $gb) (local.get $twiceGreenLessBlue))))
      ;; Every third byte of these is of one pixel.
      (local.set $next (v128.load offset=13 (local.get $rgb)))
      (local.set $third (v128.load offset=14 (local.get $rgb)))
      (local.set $most (i8x16.max_u (i8x16.max_u (local.get $v) (local.get $next)) (local.get $third)))
      (local.set $range (i8x16.sub (local.get $most)
        (i8x16.min_u (i8x16.min_u (local.get $v) (local.get $next)) (local.get $third))))
      (local.set $saturation1 (f32x4.add (local.get $saturation1) (f32x4.div
        (f32x4.convert_i32x4_s (i8x16.relaxed_swizzle (local.get $range) (local.get $everyThird)))
        (f32x4.pmax (local.get $one)
          (f32x4.convert_i32x4_s (i8x16.relaxed_swizzle (local.get $most) (local.get $everyThird)))))))
      (v128.store64_lane 0 (local.get $grey)
        (i8x16.narrow_i16x8_u (i16x8.narrow_i32x4_u (local.get $luma0) (local.get $luma1)) (v128.const i32x4 0 0 0 0)))
      (local.set $redGreen (i32x4.add (local.get $redGreen)
        (i32x4.add (local.get $redGreen0) (local.get $redGreen1))))
      (local.set $yellowBlue (i32x4.add (local.get $yellowBlue)
        (i32x4.add (local.get $yellowBlue0) (local.get $yellowBlue1))))
      (local.set $redGreen0 (i16x8.narrow_i32x4_s (local.get $redGreen0) (local.get $redGreen1)))
      (local.set $redGreenSquares (i32x4.add (local.get $redGreenSquares)
        (i32x4.dot_i16x8_s (local.get $redGreen0) (local.get $redGreen0))))
      (local.set $yellowBlue0 (i16x8.narrow_i32x4_s (local.get $yellowBlue0) (local.get $yellowBlue1)))
      (local.set $yellowBlueSquares (i32x4.add (local.get $yellowBlueSquares)
        (i32x4.dot_i16x8_s (local.get $yellowBlue0) (local.get $yellowBlue0))))
      (local.set $rgb (i32.add (local.get $rgb) (i32.const 24)))
      (local.set $grey (i32.add (local.get $grey) (i32.const 8)))
      (br_if $pixels (i32.lt_u (local.get $grey) (local.get $end))))
    (call $addLanes (local.get $sums) (local.get $redGreen))
    (call $addLanes (i32.add (local.get $sums) (i32.const 8)) (local.get $redGreenSquares))
    (call $addLanes (i32.add (local.get $sums) (i32.const 16)) (local.get $yellowBlue))
    (call $addLanes (i32.add (local.get $sums) (i32.const 24)) (local.get $yellowBlueSquares))
    (local.set $v (f64x2.add
      (f64x2.add (f64x2.promote_low_f32x4 (local.get $saturation0)) (f64x2.promote_low_f32x4 (local.get $saturation1)))
      (f64x2.add
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
          (local.get $saturation0) (local.get $saturation0)))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
          (local.get $saturation1) (local.get $saturation1))))))
    (f64.store offset=32 (local.get $sums) (f64.add (f64.load offset=32 (local.get $sums))
      (f64.add (f64x2.extract_lane 0 (local.get $v)) (f64x2.extract_lane 1 (local.get $v))))))

  ;; Counts $count grey bytes, a multiple of 8, into four histograms of 256 u32, one after the other, so that equal
  ;; neighbours do not wait for each other.
  (func (export "histogram") (param $grey i32) (param $count i32) (param $tables i32)
    (local $end i32) (local $greys i64) (local $at i32)
    (local.set $end (i32.add (local.get $grey) (local.get $count)))
    (loop $pixels
      (local.set $greys (i64.load (local.get $grey)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (local.get $greys)) (i32.const 255)) (i32.const 2))))
      (i32.store offset=0 (local.get $at) (i32.add (i32.load offset=0 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 8))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=1024 (local.get $at) (i32.add (i32.load offset=1024 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 16))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=2048 (local.get $at) (i32.add (i32.load offset=2048 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 24))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=3072 (local.get $at) (i32.add (i32.load offset=3072 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 32))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=0 (local.get $at) (i32.add (i32.load offset=0 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 40))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=1024 (local.get $at) (i32.add (i32.load offset=1024 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 48))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=2048 (local.get $at) (i32.add (i32.load offset=2048 (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $tables)
        (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $greys) (i64.const 56))) (i32.const 255)) (i32.const 2))))
      (i32.store offset=3072 (local.get $at) (i32.add (i32.load offset=3072 (local.get $at)) (i32.const 1)))
      (local.set $grey (i32.add (local.get $grey) (i32.const 8)))
      (br_if $pixels (i32.lt_u (local.get $grey) (local.get $end)))))

  ;; Filters $count grey bytes at $centre, at least 1 and at most 8192, with their neighbours to all sides: $up and $down point to
  ;; the bytes above and below. Adds to $sums: i64 of the Laplacian, of its square, and of the absolute noise mask
  ;; 1 -2 1, -2 4 -2, 1 -2 1. Reads up to 16 bytes past the last byte.
  (func (export "filters") (param $up i32) (param $centre i32) (param $down i32) (param $count i32) (param $sums i32)
    (local $keep v128) (local $mask v128) (local $cross v128) (local $laplacian v128)
    (local $sum v128) (local $squares v128) (local $noise v128)
    (local $ul v128) (local $uc v128) (local $ur v128) (local $cl v128) (local $cc v128) (local $cr v128)
    (local $dl v128) (local $dc v128) (local $dr v128)
    (local.set $keep (v128.const i32x4 -1 -1 -1 -1))
    (loop $pixels
      (if (i32.lt_s (local.get $count) (i32.const 16))
        (then (local.set $keep (v128.load (i32.sub (i32.const 160) (local.get $count))))))
      (local.set $uc (v128.load (local.get $up)))
      (local.set $ul (v128.load (i32.sub (local.get $up) (i32.const 1))))
      (local.set $ur (v128.load offset=1 (local.get $up)))
      (local.set $cc (v128.load (local.get $centre)))
      (local.set $cl (v128.load (i32.sub (local.get $centre) (i32.const 1))))
      (local.set $cr (v128.load offset=1 (local.get $centre)))
      (local.set $dc (v128.load (local.get $down)))
      (local.set $dl (v128.load (i32.sub (local.get $down) (i32.const 1))))
      (local.set $dr (v128.load offset=1 (local.get $down)))
      (local.set $mask (i16x8.extend_low_i8x16_s (local.get $keep)))
      (local.set $cross (i16x8.add (i16x8.add (i16x8.extend_low_i8x16_u (local.get $uc)) (i16x8.extend_low_i8x16_u (local.get $dc)))
        (i16x8.add (i16x8.extend_low_i8x16_u (local.get $cl)) (i16x8.extend_low_i8x16_u (local.get $cr)))))
      (local.set $laplacian (v128.and (local.get $mask) (i16x8.sub (local.get $cross)
        (i16x8.shl (i16x8.extend_low_i8x16_u (local.get $cc)) (i32.const 2)))))
      (local.set $sum (i32x4.add (local.get $sum) (i32x4.extadd_pairwise_i16x8_s (local.get $laplacian))))
      (local.set $squares (i32x4.add (local.get $squares)
        (i32x4.dot_i16x8_s (local.get $laplacian) (local.get $laplacian))))
      ;; corners - 2 cross + 4 centre = corners - cross - laplacian
      (local.set $noise (i32x4.add (local.get $noise) (i32x4.extadd_pairwise_i16x8_s (i16x8.abs
        (i16x8.sub
          (v128.and (local.get $mask) (i16x8.sub
            (i16x8.add (i16x8.add (i16x8.extend_low_i8x16_u (local.get $ul)) (i16x8.extend_low_i8x16_u (local.get $ur)))
              (i16x8.add (i16x8.extend_low_i8x16_u (local.get $dl)) (i16x8.extend_low_i8x16_u (local.get $dr))))
            (local.get $cross)))
          (local.get $laplacian))))))
      (local.set $mask (i16x8.extend_high_i8x16_s (local.get $keep)))
      (local.set $cross (i16x8.add (i16x8.add (i16x8.extend_high_i8x16_u (local.get $uc)) (i16x8.extend_high_i8x16_u (local.get $dc)))
        (i16x8.add (i16x8.extend_high_i8x16_u (local.get $cl)) (i16x8.extend_high_i8x16_u (local.get $cr)))))
      (local.set $laplacian (v128.and (local.get $mask) (i16x8.sub (local.get $cross)
        (i16x8.shl (i16x8.extend_high_i8x16_u (local.get $cc)) (i32.const 2)))))
      (local.set $sum (i32x4.add (local.get $sum) (i32x4.extadd_pairwise_i16x8_s (local.get $laplacian))))
      (local.set $squares (i32x4.add (local.get $squares)
        (i32x4.dot_i16x8_s (local.get $laplacian) (local.get $laplacian))))
      ;; corners - 2 cross + 4 centre = corners - cross - laplacian
      (local.set $noise (i32x4.add (local.get $noise) (i32x4.extadd_pairwise_i16x8_s (i16x8.abs
        (i16x8.sub
          (v128.and (local.get $mask) (i16x8.sub
            (i16x8.add (i16x8.add (i16x8.extend_high_i8x16_u (local.get $ul)) (i16x8.extend_high_i8x16_u (local.get $ur)))
              (i16x8.add (i16x8.extend_high_i8x16_u (local.get $dl)) (i16x8.extend_high_i8x16_u (local.get $dr))))
            (local.get $cross)))
          (local.get $laplacian))))))
      (local.set $up (i32.add (local.get $up) (i32.const 16)))
      (local.set $centre (i32.add (local.get $centre) (i32.const 16)))
      (local.set $down (i32.add (local.get $down) (i32.const 16)))
      (local.set $count (i32.sub (local.get $count) (i32.const 16)))
      (br_if $pixels (i32.gt_s (local.get $count) (i32.const 0))))
    (call $addLanes (local.get $sums) (local.get $sum))
    (call $addLanes (i32.add (local.get $sums) (i32.const 8)) (local.get $squares))
    (call $addLanes (i32.add (local.get $sums) (i32.const 16)) (local.get $noise)))

  ;; Sum of $count bytes at $at; reads up to 15 bytes past the last.
  (func (export "sum") (param $at i32) (param $count i32) (result i32)
    (local $total v128) (local $keep v128)
    (local.set $keep (v128.const i32x4 -1 -1 -1 -1))
    (block $done
      (loop $bytes
        (br_if $done (i32.le_s (local.get $count) (i32.const 0)))
        (if (i32.lt_s (local.get $count) (i32.const 16))
          (then (local.set $keep (v128.load (i32.sub (i32.const 160) (local.get $count))))))
        (local.set $total (i32x4.add (local.get $total) (i32x4.extadd_pairwise_i16x8_u
          (i16x8.extadd_pairwise_i8x16_u (v128.and (local.get $keep) (v128.load (local.get $at)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 16)))
        (br $bytes)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $total)) (i32x4.extract_lane 1 (local.get $total)))
      (i32.add (i32x4.extract_lane 2 (local.get $total)) (i32x4.extract_lane 3 (local.get $total))))))
