// Made by tools/emoji.py from Emojibase (MIT, Copyright Miles Johnson): groups, and in each line an emoji, its name,
// and more words for searching.

/** @type {[name: string, lines: string][]} */
export const EMOJI = [
  [
    "Smileys",
    `😀 grinning face
😃 grinning face with big eyes, mouth open smile smiley
😄 grinning face with smiling eyes, mouth open smile
😁 beaming face with smiling eyes, grin smile
😆 grinning squinting face, laugh mouth satisfied smile laughing
😅 grinning face with sweat, cold open smile
🤣 rolling on the floor laughing, face rofl rotfl
😂 face with tears of joy, laugh
🙂 slightly smiling face, smile
🙃 upside-down face
😉 winking face
😊 smiling face with smiling eyes, blush smile
😇 smiling face with halo, angel fantasy innocent
🥰 smiling face with hearts, adore crush love three
😍 smiling face with heart-eyes, love smile
🤩 star-struck, eyes face grinning
😘 face blowing a kiss, kissing heart
😗 kissing face
☺️ smiling face, outlined relaxed smile
😚 kissing face with closed eyes
😙 kissing face with smiling eyes, smile
🥲 smiling face with tear, grateful proud relieved touched
😋 face savoring food, delicious savouring smile yum
😛 face with tongue, stuck out
😜 winking face with tongue, eye joke stuck out
🤪 zany face, eye goofy large small
😝 squinting face with tongue, eye horrible taste stuck out closed
🤑 money-mouth face
🤗 smiling face with open hands, hug hugging hugs
🤭 face with hand over mouth, whoops
🤫 shushing face, quiet
🤔 thinking face
🤐 zipper-mouth face
🤨 face with raised eyebrow, distrust skeptic
😐️ neutral face, deadpan meh
😑 expressionless face, inexpressive meh unexpressive
😶 face without mouth, quiet silent no
😶‍🌫️ face in clouds, absentminded the fog head
😏 smirking face
😒 unamused face, unhappy
🙄 face with rolling eyes, eyeroll
😬 grimacing face, grimace
😮‍💨 face exhaling, exhale gasp groan relief whisper whistle
🤥 lying face, lie pinocchio
😌 relieved face
😔 pensive face, dejected
😪 sleepy face, good night
🤤 drooling face
😴 sleeping face, good night zzz
😷 face with medical mask, cold doctor sick
🤒 face with thermometer, ill sick
🤕 face with head-bandage, hurt injury
🤢 nauseated face, vomit
🤮 face vomiting, puke sick
🤧 sneezing face, gesundheit sneeze
🥵 hot face, feverish heat stroke sweating
🥶 cold face, freezing frostbite icicles
🥴 woozy face, dizzy intoxicated tipsy uneven eyes wavy
😵 face with crossed-out eyes, dead knocked dizzy
😵‍💫 face with spiral eyes, dizzy hypnotized trouble whoa
🤯 exploding head, mind blown shocked
🤠 cowboy hat face, cowgirl
🥳 partying face, celebration hat horn
🥸 disguised face, glasses incognito nose
😎 smiling face with sunglasses, bright cool
🤓 nerd face, geek
🧐 face with monocle, stuffy
😕 confused face, meh
😟 worried face
🙁 slightly frowning face
☹️ frowning face
😮 face with open mouth, sympathy
😯 hushed face, stunned surprised
😲 astonished face, shocked totally
😳 flushed face, dazed
🥺 pleading face, begging mercy puppy eyes
😦 frowning face with open mouth
😧 anguished face
😨 fearful face, scared
😰 anxious face with sweat, blue cold rushed
😥 sad but relieved face, disappointed whew
😢 crying face, sad tear
😭 loudly crying face, sad sob tear
😱 face screaming in fear, munch scared
😖 confounded face
😣 persevering face, persevere
😞 disappointed face
😓 downcast face with sweat, cold
😩 weary face, tired
😫 tired face
🥱 yawning face, bored tired
😤 face with steam from nose, triumph won
😡 enraged face, angry mad pouting red pout
😠 angry face, anger mad
🤬 face with symbols on mouth, swearing cursing
😈 smiling face with horns, fairy tale fantasy smile imp
👿 angry face with horns, demon devil fantasy imp
💀 skull, death face fairy tale monster
☠️ skull and crossbones, death face monster
💩 pile of poo, dung face monster poop hankey shit
🤡 clown face
👹 ogre, creature face fairy tale fantasy monster
👺 goblin, creature face fairy tale fantasy monster
👻 ghost, creature face fairy tale fantasy monster
👽️ alien, creature extraterrestrial face fantasy ufo
👾 alien monster, creature extraterrestrial face ufo space invader
🤖 robot, face monster
😺 grinning cat, face mouth open smile smiley
😸 grinning cat with smiling eyes, face smile
😹 cat with tears of joy, face
😻 smiling cat with heart-eyes, face love smile
😼 cat with wry smile, face ironic smirk
😽 kissing cat, eye face
🙀 weary cat, face oh surprised scream
😿 crying cat, face sad tear
😾 pouting cat, face
🙈 see-no-evil monkey, face forbidden
🙉 hear-no-evil monkey, face forbidden
🙊 speak-no-evil monkey, face forbidden
💌 love letter, heart mail
💘 heart with arrow, cupid
💝 heart with ribbon, valentine gift
💖 sparkling heart, excited sparkle
💗 growing heart, excited nervous pulse heartpulse
💓 beating heart, heartbeat pulsating
💞 revolving hearts
💕 two hearts, love
💟 heart decoration
❣️ heart exclamation, mark punctuation heavy
💔 broken heart, break
❤️‍🔥 heart on fire, burn love lust sacred
❤️‍🩹 mending heart, healthier improving recovering recuperating well
❤️ red heart
🧡 orange heart
💛 yellow heart
💚 green heart
💙 blue heart
💜 purple heart
🤎 brown heart
🖤 black heart, evil wicked
🤍 white heart
💋 kiss mark, lips
💯 hundred points, 100 full score
💢 anger symbol, angry comic mad
💥 collision, boom comic
💫 dizzy, comic star
💦 sweat droplets, comic splashing drops
💨 dashing away, comic running
🕳️ hole
💬 speech balloon, bubble comic dialog
👁️‍🗨️ eye in speech bubble, balloon witness
🗨️ left speech bubble, balloon dialog
🗯️ right anger bubble, angry balloon mad
💭 thought balloon, bubble comic
💤 ZZZ, comic good night sleep zzz`,
  ],
  [
    "People",
    `👋 waving hand, wave
🤚 raised back of hand, backhand
🖐️ hand with fingers splayed, raised
✋️ raised hand, high 5 five
🖖 vulcan salute, finger hand spock
👌 OK hand, ok
🤌 pinched fingers, hand gesture interrogation sarcastic
🤏 pinching hand, small amount
✌️ victory hand
🤞 crossed fingers, hand luck
🤟 love-you gesture, hand ily
🤘 sign of the horns, finger hand metal
🤙 call me hand, hang loose shaka
👈️ backhand index pointing left, finger
👉️ backhand index pointing right, finger
👆️ backhand index pointing up, finger 2
👇️ backhand index pointing down, finger
☝️ index pointing up, finger hand
👍️ thumbs up, hand thumbsup
👎️ thumbs down, hand thumbsdown
✊️ raised fist, clenched hand punch
👊 oncoming fist, clenched hand punch facepunch
🤛 left-facing fist, leftwards
🤜 right-facing fist, rightwards
👏 clapping hands
🙌 raising hands, celebration gesture hooray raised
👐 open hands
🤲 palms up together, prayer
🤝 handshake, agreement meeting
🙏 folded hands, ask high 5 five please pray
✍️ writing hand, write
💅 nail polish, care cosmetics manicure
🤳 selfie, camera phone
💪 flexed biceps, comic muscle
🦾 mechanical arm, accessibility prosthetic
🦿 mechanical leg, accessibility prosthetic
🦵 leg, kick limb
🦶 foot, kick stomp
👂️ ear, body
🦻 ear with hearing aid, accessibility hard of
👃 nose, body
🧠 brain, intelligent
🫀 anatomical heart, cardiology organ pulse
🫁 lungs, breath exhalation inhalation organ respiration
🦷 tooth, dentist
🦴 bone, skeleton
👀 eyes, face
👁️ eye, body
👅 tongue, body
👄 mouth, lips
👶 baby, young
🧒 child, unspecified gender young
👦 boy, young
👧 girl, virgo young zodiac
🧑 person, adult unspecified gender
👱 person: blond hair, haired
👨 man, adult
🧔 person: beard, bearded
👩 woman, adult
🧑‍🦰 person: red hair, adult unspecified gender
🧑‍🦱 person: curly hair, adult unspecified gender
🧑‍🦳 person: white hair, adult unspecified gender
🧑‍🦲 person: bald, adult unspecified gender
🧓 older person, adult unspecified gender
👴 old man, adult older
👵 old woman, adult older
🙍 person frowning, gesture
🙎 person pouting, gesture face
🙅 person gesturing NO, forbidden gesture hand no prohibited good
🙆 person gesturing OK, gesture hand ok
💁 person tipping hand, help information sassy desk
🙋 person raising hand, gesture happy raised
🧏 deaf person, accessibility ear hear
🙇 person bowing, apology gesture sorry
🤦 person facepalming, disbelief exasperation
🤷 person shrugging, doubt ignorance indifference
🧑‍⚕️ health worker, doctor healthcare nurse therapist
🧑‍🎓 student, graduate
🧑‍🏫 teacher, instructor lecturer professor
🧑‍⚖️ judge, justice law scales
🧑‍🌾 farmer, gardener rancher
🧑‍🍳 cook, chef
🧑‍🔧 mechanic, electrician plumber tradesperson
🧑‍🏭 factory worker, assembly industrial
🧑‍💼 office worker, architect business manager
🧑‍🔬 scientist, biologist chemist engineer physicist
🧑‍💻 technologist, coder developer inventor software
🧑‍🎤 singer, actor entertainer rock star
🧑‍🎨 artist, palette
🧑‍✈️ pilot, plane
🧑‍🚀 astronaut, rocket
🧑‍🚒 firefighter, firetruck
👮 police officer, cop
🕵️ detective, sleuth spy
💂 guard
🥷 ninja, fighter hidden stealth
👷 construction worker, hat
🤴 prince
👸 princess, fairy tale fantasy
👳 person wearing turban, with
👲 person with skullcap, gua pi mao hat man
🧕 woman with headscarf, hijab mantilla tichel
🤵 person in tuxedo, groom
👰 person with veil, bride wedding
🤰 pregnant woman
🤱 breast-feeding, baby nursing
🧑‍🍼 person feeding baby, nursing
👼 baby angel, face fairy tale fantasy
🎅 Santa Claus, celebration christmas claus father santa
🤶 Mrs. Claus, celebration christmas claus mother mrs
🧑‍🎄 mx claus, christmas
🦸 superhero, good heroine superpower
🦹 supervillain, criminal evil superpower
🧙 mage, sorcerer sorceress witch wizard
🧚 fairy, oberon puck titania
🧛 vampire, dracula undead
🧜 merperson, mermaid merman merwoman
🧝 elf, magical
🧞 genie, djinn
🧟 zombie, undead walking dead
💆 person getting massage, face salon
💇 person getting haircut, barber beauty parlor
🚶 person walking, hike
🧍 person standing
🧎 person kneeling
🧑‍🦯 person with white cane, accessibility blind probing
🧑‍🦼 person in motorized wheelchair, accessibility
🧑‍🦽 person in manual wheelchair, accessibility
🏃 person running, marathon runner
💃 woman dancing, dance dancer
🕺 man dancing, dance
🕴️ person in suit levitating, business
👯 people with bunny ears, dancer partying dancers
🧖 person in steamy room, sauna
🧗 person climbing, climber
🤺 person fencing, fencer sword
🏇 horse racing, jockey racehorse
⛷️ skier, snow
🏂️ snowboarder, ski
🏌️ person golfing, ball
🏄️ person surfing, surfer
🚣 person rowing boat, rowboat
🏊️ person swimming, swimmer
⛹️ person bouncing ball
🏋️ person lifting weights, lifter
🚴 person biking, bicycle cyclist bicyclist
🚵 person mountain biking, bicycle bicyclist bike cyclist
🤸 person cartwheeling, gymnastics
🤼 people wrestling, wrestle wrestler
🤽 person playing water polo
🤾 person playing handball
🤹 person juggling, balance juggle multitask skill
🧘 person in lotus position, meditation yoga
🛀 person taking bath, bathtub
🛌 person in bed, good night hotel sleep sleeping
🧑‍🤝‍🧑 people holding hands, couple person
👭 women holding hands, couple two
👫 woman and man holding hands, couple
👬 men holding hands, couple gemini man twins zodiac two
💏 kiss, couple couplekiss
💑 couple with heart, love
🗣️ speaking head, face silhouette
👤 bust in silhouette
👥 busts in silhouette
🫂 people hugging, goodbye hello thanks
👪️ family
👣 footprints, clothing`,
  ],
  [
    "Animals and nature",
    `🐵 monkey face
🐒 monkey
🦍 gorilla
🦧 orangutan, ape
🐶 dog face, pet
🐕️ dog, pet dog2
🦮 guide dog, accessibility blind
🐕‍🦺 service dog, accessibility assistance
🐩 poodle, dog
🐺 wolf, face
🦊 fox, face
🦝 raccoon, curious sly
🐱 cat face, pet
🐈️ cat, pet cat2
🐈‍⬛ black cat, unlucky
🦁 lion, face leo zodiac
🐯 tiger face
🐅 tiger, tiger2
🐆 leopard
🐴 horse face
🐎 horse, equestrian racehorse racing
🦄 unicorn, face
🦓 zebra, stripe
🦌 deer
🦬 bison, buffalo herd wisent
🐮 cow face
🐂 ox, bull taurus zodiac
🐃 water buffalo
🐄 cow, cow2
🐷 pig face
🐖 pig, sow pig2
🐗 boar, pig
🐽 pig nose, face
🐏 ram, aries male sheep zodiac
🐑 ewe, female sheep
🐐 goat, capricorn zodiac
🐪 camel, dromedary hump
🐫 two-hump camel, bactrian
🦙 llama, alpaca guanaco vicuña wool
🦒 giraffe, spots
🐘 elephant
🦣 mammoth, extinction large tusk woolly
🦏 rhinoceros
🦛 hippopotamus
🐭 mouse face
🐁 mouse, mouse2
🐀 rat
🐹 hamster, face pet
🐰 rabbit face, bunny pet
🐇 rabbit, bunny pet rabbit2
🐿️ chipmunk, squirrel
🦫 beaver, dam
🦔 hedgehog, spiny
🦇 bat, vampire
🐻 bear, face
🐻‍❄️ polar bear, arctic white
🐨 koala, face marsupial
🐼 panda, face
🦥 sloth, lazy slow
🦦 otter, fishing playful
🦨 skunk, stink
🦘 kangaroo, joey jump marsupial
🦡 badger, honey pester
🐾 paw prints, feet
🦃 turkey, bird
🐔 chicken, bird
🐓 rooster, bird
🐣 hatching chick, baby bird
🐤 baby chick, bird
🐥 front-facing baby chick, bird hatched
🐦️ bird
🐧 penguin, bird
🕊️ dove, bird fly peace
🦅 eagle, bird
🦆 duck, bird
🦢 swan, bird cygnet ugly duckling
🦉 owl, bird wise
🦤 dodo, extinction large mauritius
🪶 feather, bird flight light plumage
🦩 flamingo, flamboyant tropical
🦚 peacock, bird ostentatious peahen proud
🦜 parrot, bird pirate talk
🐸 frog, face
🐊 crocodile
🐢 turtle, terrapin tortoise
🦎 lizard, reptile
🐍 snake, bearer ophiuchus serpent zodiac
🐲 dragon face, fairy tale
🐉 dragon, fairy tale
🦕 sauropod, brachiosaurus brontosaurus diplodocus
🦖 T-Rex, tyrannosaurus rex
🐳 spouting whale, face
🐋 whale, whale2
🐬 dolphin, flipper
🦭 seal, lion
🐟️ fish, pisces zodiac
🐠 tropical fish
🐡 blowfish
🦈 shark, fish
🐙 octopus
🐚 spiral shell
🐌 snail
🦋 butterfly, insect pretty
🐛 bug, insect
🐜 ant, insect
🐝 honeybee, insect
🪲 beetle, bug insect
🐞 lady beetle, insect ladybird ladybug
🦗 cricket, grasshopper
🪳 cockroach, insect pest
🕷️ spider, insect
🕸️ spider web
🦂 scorpion, zodiac
🦟 mosquito, disease fever malaria pest virus
🪰 fly, disease maggot pest rotting
🪱 worm, annelid earthworm parasite
🦠 microbe, amoeba bacteria virus
💐 bouquet, flower
🌸 cherry blossom, flower
💮 white flower
🏵️ rosette, plant
🌹 rose, flower
🥀 wilted flower
🌺 hibiscus, flower
🌻 sunflower
🌼 blossom, flower
🌷 tulip, flower
🌱 seedling, young
🪴 potted plant, boring grow house nurturing useless
🌲 evergreen tree
🌳 deciduous tree, shedding
🌴 palm tree
🌵 cactus, plant
🌾 sheaf of rice, ear grain
🌿 herb, leaf
☘️ shamrock, plant
🍀 four leaf clover, 4
🍁 maple leaf, falling
🍂 fallen leaf, falling
🍃 leaf fluttering in wind, blow leaves
🍄 mushroom, toadstool`,
  ],
  [
    "Food and drink",
    `🍇 grapes, fruit
🍈 melon, fruit
🍉 watermelon, fruit
🍊 tangerine, fruit orange mandarin
🍋 lemon, citrus fruit
🍌 banana, fruit
🍍 pineapple, fruit
🥭 mango, fruit tropical
🍎 red apple, fruit
🍏 green apple, fruit
🍐 pear, fruit
🍑 peach, fruit
🍒 cherries, berries cherry fruit red
🍓 strawberry, fruit
🫐 blueberries, berry bilberry blueberry
🥝 kiwi fruit, food
🍅 tomato, fruit vegetable
🫒 olive, food
🥥 coconut, palm piña colada
🥑 avocado, food fruit
🍆 eggplant, aubergine vegetable
🥔 potato, food vegetable
🥕 carrot, food vegetable
🌽 ear of corn, maize maze
🌶️ hot pepper
🫑 bell pepper, capsicum vegetable
🥒 cucumber, food pickle vegetable
🥬 leafy green, bok choy cabbage kale lettuce
🥦 broccoli, wild cabbage
🧄 garlic, flavoring
🧅 onion, flavoring
🥜 peanuts, food vegetable
🌰 chestnut, plant
🍞 bread, loaf
🥐 croissant, bread breakfast food french roll
🥖 baguette bread, food french
🫓 flatbread, arepa lavash naan pita
🥨 pretzel, twisted
🥯 bagel, bakery breakfast schmear
🥞 pancakes, breakfast crêpe food hotcake
🧇 waffle, breakfast indecisive iron
🧀 cheese wedge
🍖 meat on bone
🍗 poultry leg, bone chicken drumstick
🥩 cut of meat, chop lambchop porkchop steak
🥓 bacon, breakfast food meat
🍔 hamburger
🍟 french fries
🍕 pizza, cheese slice
🌭 hot dog, frankfurter hotdog sausage
🥪 sandwich, bread
🌮 taco, mexican
🌯 burrito, mexican wrap
🫔 tamale, mexican wrapped
🥙 stuffed flatbread, falafel food gyro kebab
🧆 falafel, chickpea meatball
🥚 egg, breakfast food
🍳 cooking, breakfast egg frying pan fried
🥘 shallow pan of food, casserole paella
🍲 pot of food, stew
🫕 fondue, cheese chocolate melted pot swiss
🥣 bowl with spoon, breakfast cereal congee
🥗 green salad, food
🍿 popcorn
🧈 butter, dairy
🧂 salt, condiment shaker
🥫 canned food
🍱 bento box
🍘 rice cracker
🍙 rice ball, japanese
🍚 cooked rice
🍛 curry rice
🍜 steaming bowl, noodle ramen
🍝 spaghetti, pasta
🍠 roasted sweet potato
🍢 oden, kebab seafood skewer stick
🍣 sushi
🍤 fried shrimp, prawn tempura
🍥 fish cake with swirl, pastry
🥮 moon cake, autumn festival yuèbǐng
🍡 dango, dessert japanese skewer stick sweet
🥟 dumpling, empanada gyōza jiaozi pierogi potsticker
🥠 fortune cookie, prophecy
🥡 takeout box, oyster pail
🦀 crab, cancer zodiac
🦞 lobster, bisque claws seafood
🦐 shrimp, food shellfish small
🦑 squid, food molusc
🦪 oyster, diving pearl
🍦 soft ice cream, dessert icecream sweet
🍧 shaved ice, dessert sweet
🍨 ice cream, dessert sweet
🍩 doughnut, breakfast dessert donut sweet
🍪 cookie, dessert sweet
🎂 birthday cake, celebration dessert pastry sweet
🍰 shortcake, dessert pastry slice sweet
🧁 cupcake, bakery sweet
🥧 pie, filling pastry
🍫 chocolate bar, dessert sweet
🍬 candy, dessert sweet
🍭 lollipop, candy dessert sweet
🍮 custard, dessert pudding sweet
🍯 honey pot, honeypot sweet
🍼 baby bottle, drink milk
🥛 glass of milk, drink
☕️ hot beverage, coffee drink steaming tea
🫖 teapot, drink
🍵 teacup without handle, beverage drink
🍶 sake, bar beverage bottle cup drink
🍾 bottle with popping cork, bar drink champagne
🍷 wine glass, bar beverage drink
🍸️ cocktail glass, bar drink
🍹 tropical drink, bar
🍺 beer mug, bar drink
🍻 clinking beer mugs, bar drink beers
🥂 clinking glasses, celebrate drink
🥃 tumbler glass, liquor shot whisky
🥤 cup with straw, juice soda
🧋 bubble tea, milk pearl
🧃 beverage box, juice straw sweet
🧉 mate, drink
🧊 ice, cold cube iceberg
🥢 chopsticks, hashi
🍽️ fork and knife with plate, cooking cutlery
🍴 fork and knife, cooking cutlery
🥄 spoon, tableware
🔪 kitchen knife, cooking hocho tool weapon
🏺 amphora, aquarius cooking drink jug zodiac`,
  ],
  [
    "Travel and places",
    `🌍️ globe showing Europe-Africa, africa earth europe world
🌎️ globe showing Americas, americas earth world
🌏️ globe showing Asia-Australia, asia australia earth world
🌐 globe with meridians, earth world
🗺️ world map
🗾 map of Japan, japan
🧭 compass, magnetic navigation orienteering
🏔️ snow-capped mountain, cold
⛰️ mountain
🌋 volcano, eruption mountain
🗻 mount fuji, mountain
🏕️ camping
🏖️ beach with umbrella
🏜️ desert
🏝️ desert island
🏞️ national park
🏟️ stadium
🏛️ classical building
🏗️ building construction
🧱 brick, bricks clay mortar wall
🪨 rock, boulder heavy solid stone
🪵 wood, log lumber timber
🛖 hut, house roundhouse yurt
🏘️ houses
🏚️ derelict house
🏠️ house, home
🏡 house with garden, home
🏢 office building
🏣 Japanese post office, japanese
🏤 post office, european
🏥 hospital, doctor medicine
🏦 bank, building
🏨 hotel, building
🏩 love hotel
🏪 convenience store
🏫 school, building
🏬 department store
🏭️ factory, building
🏯 Japanese castle, japanese
🏰 castle, european
💒 wedding, chapel romance
🗼 Tokyo tower, tokyo
🗽 Statue of Liberty, liberty statue
⛪️ church, christian cross religion
🕌 mosque, islam muslim religion
🛕 hindu temple
🕍 synagogue, jew jewish religion temple
⛩️ shinto shrine, religion
🕋 kaaba, islam muslim religion
⛲️ fountain
⛺️ tent, camping
🌁 foggy
🌃 night with stars
🏙️ cityscape
🌄 sunrise over mountains, morning
🌅 sunrise, morning
🌆 cityscape at dusk, evening landscape sunset
🌇 sunset, dusk city sunrise
🌉 bridge at night
♨️ hot springs, hotsprings steaming
🎠 carousel horse
🎡 ferris wheel, amusement park theme
🎢 roller coaster, amusement park theme
💈 barber pole, haircut
🎪 circus tent
🚂 locomotive, engine railway steam train
🚃 railway car, electric train tram trolleybus
🚄 high-speed train, railway shinkansen bullettrain side
🚅 bullet train, railway shinkansen speed bullettrain front
🚆 train, railway train2
🚇️ metro, subway
🚈 light rail, railway
🚉 station, railway train
🚊 tram, trolleybus
🚝 monorail, vehicle
🚞 mountain railway, car
🚋 tram car, trolleybus train
🚌 bus, vehicle
🚍️ oncoming bus
🚎 trolleybus, tram
🚐 minibus
🚑️ ambulance, vehicle
🚒 fire engine, truck
🚓 police car, patrol
🚔️ oncoming police car
🚕 taxi, vehicle
🚖 oncoming taxi
🚗 automobile, car red
🚘️ oncoming automobile, car
🚙 sport utility vehicle, recreational blue car
🛻 pickup truck
🚚 delivery truck
🚛 articulated lorry, semi truck
🚜 tractor, vehicle
🏎️ racing car
🏍️ motorcycle, racing
🛵 motor scooter
🦽 manual wheelchair, accessibility
🦼 motorized wheelchair, accessibility
🛺 auto rickshaw, tuk
🚲️ bicycle, bike
🛴 kick scooter
🛹 skateboard
🛼 roller skate
🚏 bus stop, busstop
🛣️ motorway, highway road
🛤️ railway track, train
🛢️ oil drum
⛽️ fuel pump, diesel fuelpump gas station
🚨 police car light, beacon revolving rotating
🚥 horizontal traffic light, signal
🚦 vertical traffic light, signal
🛑 stop sign, octagonal
🚧 construction, barrier
⚓️ anchor, ship tool
⛵️ sailboat, resort sea yacht
🛶 canoe, boat
🚤 speedboat
🛳️ passenger ship
⛴️ ferry, boat passenger
🛥️ motor boat, motorboat
🚢 ship, boat passenger
✈️ airplane, aeroplane
🛩️ small airplane, aeroplane
🛫 airplane departure, aeroplane departures flight
🛬 airplane arrival, aeroplane arrivals arriving landing flight
🪂 parachute, parasail skydive
💺 seat, chair
🚁 helicopter, vehicle
🚟 suspension railway
🚠 mountain cableway, gondola
🚡 aerial tramway, cable car gondola
🛰️ satellite, space artificial
🚀 rocket, space
🛸 flying saucer, ufo
🛎️ bellhop bell, hotel
🧳 luggage, packing travel
⌛️ hourglass done, sand timer
⏳️ hourglass not done, sand timer flowing
⌚️ watch, clock
⏰️ alarm clock
⏱️ stopwatch, clock
⏲️ timer clock
🕰️ mantelpiece clock
🕛️ twelve o’clock, 00 12 clock12
🕧️ twelve-thirty, 12 clock clock1230
🕐️ one o’clock, 00 1 clock1
🕜️ one-thirty, 1 clock clock130
🕑️ two o’clock, 00 2 clock2
🕝️ two-thirty, 2 clock clock230
🕒️ three o’clock, 00 3 clock3
🕞️ three-thirty, 3 clock clock330
🕓️ four o’clock, 00 4 clock4
🕟️ four-thirty, 4 clock clock430
🕔️ five o’clock, 00 5 clock5
🕠️ five-thirty, 5 clock clock530
🕕️ six o’clock, 00 6 clock6
🕡️ six-thirty, 6 clock clock630
🕖️ seven o’clock, 00 7 clock7
🕢️ seven-thirty, 7 clock clock730
🕗️ eight o’clock, 00 8 clock8
🕣️ eight-thirty, 8 clock clock830
🕘️ nine o’clock, 00 9 clock9
🕤️ nine-thirty, 9 clock clock930
🕙️ ten o’clock, 00 10 clock10
🕥️ ten-thirty, 10 clock clock1030
🕚️ eleven o’clock, 00 11 clock11
🕦️ eleven-thirty, 11 clock clock1130
🌑 new moon, dark
🌒 waxing crescent moon
🌓 first quarter moon
🌔 waxing gibbous moon
🌕️ full moon
🌖 waning gibbous moon
🌗 last quarter moon
🌘 waning crescent moon
🌙 crescent moon
🌚 new moon face, with
🌛 first quarter moon face, with
🌜️ last quarter moon face, with
🌡️ thermometer, weather
☀️ sun, bright rays sunny
🌝 full moon face, bright with
🌞 sun with face, bright
🪐 ringed planet, saturn saturnine
⭐️ star
🌟 glowing star, glittery shining sparkle star2
🌠 shooting star, falling stars
🌌 milky way, space
☁️ cloud, weather
⛅️ sun behind cloud, partly sunny
⛈️ cloud with lightning and rain, thunder
🌤️ sun behind small cloud
🌥️ sun behind large cloud
🌦️ sun behind rain cloud
🌧️ cloud with rain
🌨️ cloud with snow, cold
🌩️ cloud with lightning
🌪️ tornado, cloud whirlwind
🌫️ fog, cloud
🌬️ wind face, blow cloud
🌀 cyclone, dizzy hurricane twister typhoon
🌈 rainbow
🌂 closed umbrella, clothing rain
☂️ umbrella, clothing rain open
☔️ umbrella with rain drops, clothing
⛱️ umbrella on ground, rain sun parasol
⚡️ high voltage, danger electric lightning zap
❄️ snowflake, cold
☃️ snowman, cold with
⛄️ snowman without snow, cold
☄️ comet, space
🔥 fire, flame tool
💧 droplet, cold comic sweat
🌊 water wave, ocean`,
  ],
  [
    "Activities",
    `🎃 jack-o-lantern, celebration halloween
🎄 Christmas tree, celebration christmas
🎆 fireworks, celebration
🎇 sparkler, celebration fireworks
🧨 firecracker, dynamite explosive fireworks
✨️ sparkles, star
🎈 balloon, celebration
🎉 party popper, celebration tada
🎊 confetti ball, celebration
🎋 tanabata tree, banner celebration japanese
🎍 pine decoration, bamboo celebration japanese
🎎 Japanese dolls, celebration festival japanese
🎏 carp streamer, celebration flags
🎐 wind chime, bell celebration
🎑 moon viewing ceremony, celebration rice scene
🧧 red envelope, gift good luck hóngbāo lai see
🎀 ribbon, celebration
🎁 wrapped gift, box celebration present
🎗️ reminder ribbon, celebration
🎟️ admission tickets
🎫 ticket, admission
🎖️ military medal, celebration
🏆️ trophy, prize
🏅 sports medal
🥇 1st place medal, first gold
🥈 2nd place medal, second silver
🥉 3rd place medal, bronze third
⚽️ soccer ball, football
⚾️ baseball
🥎 softball, glove underarm
🏀 basketball, hoop
🏐 volleyball, game
🏈 american football
🏉 rugby football
🎾 tennis, ball racquet
🥏 flying disc, ultimate
🎳 bowling, ball game
🏏 cricket game, ball bat
🏑 field hockey, ball game stick
🏒 ice hockey, game puck stick
🥍 lacrosse, ball goal stick
🏓 ping pong, ball bat game paddle table tennis
🏸 badminton, birdie game racquet shuttlecock
🥊 boxing glove
🥋 martial arts uniform, judo karate taekwondo
🥅 goal net
⛳️ flag in hole, golf
⛸️ ice skate
🎣 fishing pole, and
🤿 diving mask, scuba snorkeling
🎽 running shirt, athletics sash with
🎿 skis, snow
🛷 sled, sledge sleigh
🥌 curling stone, game rock
🎯 bullseye, dart direct hit game target
🪀 yo-yo, fluctuate toy
🪁 kite, fly soar
🔫 water pistol, gun handgun revolver tool weapon
🎱 pool 8 ball, billiard eight game 8ball
🔮 crystal ball, fairy tale fantasy fortune tool
🪄 magic wand, witch wizard
🎮️ video game, controller
🕹️ joystick, game video
🎰 slot machine, game
🎲 game die, dice
🧩 puzzle piece, clue interlocking jigsaw
🧸 teddy bear, plaything plush stuffed toy
🪅 piñata, celebration party pinata
🪆 nesting dolls, russia
♠️ spade suit, card game spades
♥️ heart suit, card game hearts
♦️ diamond suit, card game diamonds
♣️ club suit, card game clubs
♟️ chess pawn, dupe expendable
🃏 joker, card game wildcard black
🀄️ mahjong red dragon, game
🎴 flower playing cards, game japanese
🎭️ performing arts, mask theater theatre
🖼️ framed picture, art museum painting
🎨 artist palette, museum painting
🧵 thread, needle sewing spool string
🪡 sewing needle, embroidery stitches sutures tailoring
🧶 yarn, ball crochet knit
🪢 knot, rope tangled tie twine twist`,
  ],
  [
    "Objects",
    `👓️ glasses, clothing eye eyeglasses eyewear
🕶️ sunglasses, dark eye eyewear
🥽 goggles, eye protection swimming welding
🥼 lab coat, doctor experiment scientist
🦺 safety vest, emergency
👔 necktie, clothing
👕 t-shirt, clothing tshirt
👖 jeans, clothing pants trousers
🧣 scarf, neck
🧤 gloves, hand
🧥 coat, jacket
🧦 socks, stocking
👗 dress, clothing
👘 kimono, clothing
🥻 sari, clothing dress
🩱 one-piece swimsuit, bathing
🩲 briefs, bathing suit swimsuit underwear swim
🩳 shorts, bathing suit pants underwear
👙 bikini, clothing swim
👚 woman’s clothes, clothing womans
👛 purse, clothing coin
👜 handbag, clothing purse
👝 clutch bag, clothing pouch
🛍️ shopping bags, hotel
🎒 backpack, bag rucksack satchel school
🩴 thong sandal, beach sandals thongs zōri
👞 man’s shoe, clothing mans
👟 running shoe, athletic clothing sneaker
🥾 hiking boot, backpacking camping
🥿 flat shoe, ballet slipper
👠 high-heeled shoe, clothing woman
👡 woman’s sandal, clothing shoe
🩰 ballet shoes, dance
👢 woman’s boot, clothing shoe
👑 crown, clothing king queen
👒 woman’s hat, clothing womans
🎩 top hat, clothing tophat
🎓️ graduation cap, celebration clothing hat mortar board
🧢 billed cap, baseball
🪖 military helmet, army soldier warrior
⛑️ rescue worker’s helmet, aid cross face hat
📿 prayer beads, clothing necklace religion
💄 lipstick, cosmetics makeup
💍 ring, diamond
💎 gem stone, diamond jewel
🔇 muted speaker, quiet silent
🔈️ speaker low volume, soft
🔉 speaker medium volume, sound
🔊 speaker high volume, loud sound
📢 loudspeaker, public address
📣 megaphone, cheering
📯 postal horn
🔔 bell
🔕 bell with slash, forbidden mute quiet silent no
🎼 musical score
🎵 musical note
🎶 musical notes
🎙️ studio microphone, music
🎚️ level slider, music
🎛️ control knobs, music
🎤 microphone, karaoke
🎧️ headphone, earbud headphones
📻️ radio, video
🎷 saxophone, instrument music
🪗 accordion, concertina squeeze box
🎸 guitar, instrument music
🎹 musical keyboard, instrument piano
🎺 trumpet, instrument music
🎻 violin, instrument music
🪕 banjo, music stringed
🥁 drum, drumsticks music
🪘 long drum, beat conga rhythm
📱 mobile phone, cell telephone iphone
📲 mobile phone with arrow, cell receive calling
☎️ telephone
📞 telephone receiver
📟️ pager
📠 fax machine
🔋 battery
🔌 electric plug, electricity
💻️ laptop, computer pc personal
🖥️ desktop computer
🖨️ printer, computer
⌨️ keyboard, computer
🖱️ computer mouse
🖲️ trackball, computer
💽 computer disk, minidisk optical minidisc
💾 floppy disk, computer
💿️ optical disk, cd computer
📀 dvd, computer disk optical
🧮 abacus, calculation
🎥 movie camera, cinema
🎞️ film frames, cinema movie strip
📽️ film projector, cinema movie video
🎬️ clapper board, movie
📺️ television, tv video
📷️ camera, video
📸 camera with flash, video
📹️ video camera
📼 videocassette, tape vhs
🔍️ magnifying glass tilted left, search tool
🔎 magnifying glass tilted right, search tool
🕯️ candle, light
💡 light bulb, comic electric idea
🔦 flashlight, electric tool torch
🏮 red paper lantern, bar light izakaya
🪔 diya lamp, oil
📔 notebook with decorative cover, decorated
📕 closed book
📖 open book
📗 green book
📘 blue book
📙 orange book
📚️ books
📓 notebook
📒 ledger, notebook
📃 page with curl, document
📜 scroll, paper
📄 page facing up, document
📰 newspaper
🗞️ rolled-up newspaper
📑 bookmark tabs, marker
🔖 bookmark
🏷️ label
💰️ money bag, dollar moneybag
🪙 coin, gold metal money silver treasure
💴 yen banknote, bill currency money
💵 dollar banknote, bill currency money
💶 euro banknote, bill currency money
💷 pound banknote, bill currency money
💸 money with wings, banknote bill fly
💳️ credit card, money
🧾 receipt, accounting bookkeeping evidence proof
💹 chart increasing with yen, graph growth money
✉️ envelope, email letter
📧 e-mail, email letter
📨 incoming envelope, email letter receive
📩 envelope with arrow, email outgoing
📤️ outbox tray, letter mail sent
📥️ inbox tray, letter mail receive
📦️ package, box parcel
📫️ closed mailbox with raised flag, postbox
📪️ closed mailbox with lowered flag, postbox
📬️ open mailbox with raised flag, postbox
📭️ open mailbox with lowered flag, postbox no
📮 postbox, mail mailbox
🗳️ ballot box with ballot
✏️ pencil, pencil2
✒️ black nib, pen
🖋️ fountain pen
🖊️ pen, ballpoint
🖌️ paintbrush, painting
🖍️ crayon
📝 memo, pencil
💼 briefcase
📁 file folder
📂 open file folder
🗂️ card index dividers
📅 calendar, date
📆 tear-off calendar
🗒️ spiral notepad
🗓️ spiral calendar, pad
📇 card index, rolodex
📈 chart increasing, graph growth trend upward with upwards
📉 chart decreasing, down graph trend with downwards
📊 bar chart, graph
📋️ clipboard
📌 pushpin
📍 round pushpin
📎 paperclip
🖇️ linked paperclips
📏 straight ruler, edge
📐 triangular ruler, set triangle
✂️ scissors, cutting tool
🗃️ card file box
🗄️ file cabinet, filing
🗑️ wastebasket
🔒️ locked, closed
🔓️ unlocked, open
🔏 locked with pen, ink nib privacy
🔐 locked with key, closed secure
🔑 key, lock password
🗝️ old key, clue lock
🔨 hammer, tool
🪓 axe, chop hatchet split wood
⛏️ pick, mining tool
⚒️ hammer and pick, tool
🛠️ hammer and wrench, spanner tool
🗡️ dagger, knife weapon
⚔️ crossed swords, weapon
💣️ bomb, comic
🪃 boomerang, rebound repercussion
🏹 bow and arrow, archer sagittarius zodiac
🛡️ shield, weapon
🪚 carpentry saw, carpenter lumber tool
🔧 wrench, spanner tool
🪛 screwdriver, tool
🔩 nut and bolt, tool
⚙️ gear, cog cogwheel tool
🗜️ clamp, compress tool vice
⚖️ balance scale, justice libra zodiac
🦯 white cane, accessibility blind probing
🔗 link
⛓️ chains
🪝 hook, catch crook curve ensnare selling point
🧰 toolbox, chest mechanic
🧲 magnet, attraction horseshoe magnetic
🪜 ladder, climb rung step
⚗️ alembic, chemistry tool
🧪 test tube, chemist chemistry experiment lab science
🧫 petri dish, bacteria biologist biology culture lab
🧬 dna, biologist evolution gene genetics life
🔬 microscope, science tool
🔭 telescope, science tool
📡 satellite antenna, dish
💉 syringe, medicine needle shot sick
🩸 drop of blood, bleed donation injury medicine menstruation
💊 pill, doctor medicine sick
🩹 adhesive bandage
🩺 stethoscope, doctor heart medicine
🚪 door
🛗 elevator, accessibility hoist lift
🪞 mirror, reflection reflector speculum
🪟 window, frame fresh air opening transparent view
🛏️ bed, hotel sleep
🛋️ couch and lamp, hotel
🪑 chair, seat sit
🚽 toilet
🪠 plunger, force cup plumber suction toilet
🚿 shower, water
🛁 bathtub
🪤 mouse trap, bait mousetrap snare
🪒 razor, sharp shave
🧴 lotion bottle, moisturizer shampoo sunscreen
🧷 safety pin, diaper punk rock
🧹 broom, cleaning sweeping witch
🧺 basket, farming laundry picnic
🧻 roll of paper, towels toilet
🪣 bucket, cask pail vat
🧼 soap, bar bathing cleaning lather soapdish
🪥 toothbrush, bathroom clean dental hygiene teeth
🧽 sponge, absorbing cleaning porous
🧯 fire extinguisher, quench
🛒 shopping cart, trolley
🚬 cigarette, smoking
⚰️ coffin, death
🪦 headstone, cemetery grave graveyard tombstone
⚱️ funeral urn, ashes death
🧿 nazar amulet, bead charm talisman
🗿 moai, face moyai statue
🪧 placard, demonstration picket protest sign`,
  ],
  [
    "Symbols",
    `🏧 ATM sign, atm automated bank teller
🚮 litter in bin sign, put its place
🚰 potable water, drinking
♿️ wheelchair symbol, access
🚹️ men’s room, bathroom lavatory man restroom toilet wc
🚺️ women’s room, bathroom lavatory restroom toilet wc woman
🚻 restroom, bathroom lavatory toilet wc
🚼️ baby symbol, changing
🚾 water closet, bathroom lavatory restroom toilet wc
🛂 passport control
🛃 customs
🛄 baggage claim
🛅 left luggage, baggage locker
⚠️ warning
🚸 children crossing, pedestrian traffic
⛔️ no entry, forbidden not prohibited traffic
🚫 prohibited, entry forbidden no not sign
🚳 no bicycles, bike forbidden prohibited
🚭️ no smoking, forbidden not prohibited
🚯 no littering, forbidden not prohibited do
🚱 non-potable water
🚷 no pedestrians, forbidden not prohibited
📵 no mobile phones, cell forbidden
🔞 no one under eighteen, 18 age restriction prohibited underage
☢️ radioactive, sign
☣️ biohazard, sign
⬆️ up arrow, cardinal direction north
↗️ up-right arrow, direction intercardinal northeast upper
↘️ down-right arrow, direction intercardinal southeast lower
⬇️ down arrow, cardinal direction south
↙️ down-left arrow, direction intercardinal southwest lower
⬅️ left arrow, cardinal direction west
↖️ up-left arrow, direction intercardinal northwest upper
↕️ up-down arrow
↔️ left-right arrow
↩️ right arrow curving left, leftwards with hook
↪️ left arrow curving right, hook
⤴️ right arrow curving up, heading
⤵️ right arrow curving down, heading
🔃 clockwise vertical arrows, reload
🔄 counterclockwise arrows button, anticlockwise withershins
🔙 BACK arrow, back
🔚 END arrow, end
🔛 ON! arrow, mark on
🔜 SOON arrow, soon
🔝 TOP arrow, top up
🛐 place of worship, religion
⚛️ atom symbol, atheist
🕉️ om, hindu religion
✡️ star of David, david jew jewish religion
☸️ wheel of dharma, buddhist religion
☯️ yin yang, religion tao taoist
✝️ latin cross, christian religion
☦️ orthodox cross, christian religion
☪️ star and crescent, islam muslim religion
☮️ peace symbol
🕎 menorah, candelabrum candlestick religion
🔯 dotted six-pointed star, fortune
♈️ Aries, aries ram zodiac
♉️ Taurus, bull ox taurus zodiac
♊️ Gemini, gemini twins zodiac
♋️ Cancer, cancer crab zodiac
♌️ Leo, leo lion zodiac
♍️ Virgo, virgo zodiac
♎️ Libra, balance justice libra scales zodiac
♏️ Scorpio, scorpio scorpion scorpius zodiac
♐️ Sagittarius, archer sagittarius zodiac
♑️ Capricorn, capricorn goat zodiac
♒️ Aquarius, aquarius bearer water zodiac
♓️ Pisces, fish pisces zodiac
⛎️ Ophiuchus, bearer ophiuchus serpent snake zodiac
🔀 shuffle tracks button, arrow crossed twisted rightwards arrows
🔁 repeat button, arrow clockwise
🔂 repeat single button, arrow clockwise once one
▶️ play button, arrow right triangle forward
⏩️ fast-forward button, arrow double
⏭️ next track button, arrow scene triangle
⏯️ play or pause button, arrow right triangle
◀️ reverse button, arrow left triangle backward
⏪️ fast reverse button, arrow double rewind
⏮️ last track button, arrow previous scene triangle
🔼 upwards button, arrow small
⏫️ fast up button, arrow double
🔽 downwards button, arrow small
⏬️ fast down button, arrow double
⏸️ pause button, bar double vertical
⏹️ stop button, square
⏺️ record button, circle
⏏️ eject button
🎦 cinema, camera film movie
🔅 dim button, brightness low
🔆 bright button, brightness high
📶 antenna bars, cell mobile phone signal strength
📳 vibration mode, cell mobile phone telephone
📴 mobile phone off, cell telephone
⚧️ transgender symbol
✖️ multiply, cancel multiplication sign x heavy
➕️ plus, math sign heavy
➖️ minus, math sign heavy
➗️ divide, division math sign heavy
♾️ infinity, forever unbounded universal
‼️ double exclamation mark, bangbang
⁉️ exclamation question mark, interrobang punctuation
❓️ red question mark, punctuation
❔️ white question mark, outlined punctuation grey
❕️ white exclamation mark, outlined punctuation grey
❗️ red exclamation mark, punctuation heavy
〰️ wavy dash, punctuation
💱 currency exchange, bank money
💲 heavy dollar sign, currency money
⚕️ medical symbol, aesculapius medicine staff
♻️ recycling symbol, recycle
⚜️ fleur-de-lis
🔱 trident emblem, anchor ship tool
📛 name badge
🔰 Japanese symbol for beginner, chevron japanese leaf
⭕️ hollow red circle, large
✅️ check mark button, white
☑️ check box with check, ballot
✔️ check mark, heavy
❌️ cross mark, cancel multiplication multiply x
❎️ cross mark button, square x negative squared
➰️ curly loop
➿️ double curly loop
〽️ part alternation mark
✳️ eight-spoked asterisk
✴️ eight-pointed star, black
❇️ sparkle
©️ copyright
®️ registered
™️ trade mark, tm trademark
#️⃣ keycap: #, hash
*️⃣ keycap: *, asterisk
0️⃣ keycap: 0, zero
1️⃣ keycap: 1, one
2️⃣ keycap: 2, two
3️⃣ keycap: 3, three
4️⃣ keycap: 4, four
5️⃣ keycap: 5, five
6️⃣ keycap: 6, six
7️⃣ keycap: 7, seven
8️⃣ keycap: 8, eight
9️⃣ keycap: 9, nine
🔟 keycap: 10, ten
🔠 input latin uppercase, abcd letters capital
🔡 input latin lowercase, abcd letters
🔢 input numbers, 1234
🔣 input symbols
🔤 input latin letters, abc alphabet
🅰️ A button (blood type), a
🆎 AB button (blood type), ab
🅱️ B button (blood type)
🆑 CL button, cl
🆒 COOL button, cool
🆓 FREE button, free
ℹ️ information, source
🆔 ID button, id identity
Ⓜ️ circled M, m
🆕 NEW button, new
🆖 NG button, ng
🅾️ O button (blood type), o2
🆗 OK button, ok
🅿️ P button, p parking
🆘 SOS button, help sos
🆙 UP! button, mark up
🆚 VS button, versus vs
🈁 Japanese “here” button, japanese katakana ココ koko
🈂️ Japanese “service charge” button, japanese katakana サ sa
🈷️ Japanese “monthly amount” button, ideograph japanese 月 u6708
🈶 Japanese “not free of charge” button, ideograph japanese 有 u6709
🈯️ Japanese “reserved” button, ideograph japanese 指 u6307
🉐 Japanese “bargain” button, ideograph japanese 得 advantage
🈹 Japanese “discount” button, ideograph japanese 割 u5272
🈚️ Japanese “free of charge” button, ideograph japanese 無 u7121
🈲 Japanese “prohibited” button, ideograph japanese 禁 u7981
🉑 Japanese “acceptable” button, ideograph japanese 可
🈸 Japanese “application” button, ideograph japanese 申 u7533
🈴 Japanese “passing grade” button, ideograph japanese 合 u5408
🈳 Japanese “vacancy” button, ideograph japanese 空 u7a7a
㊗️ Japanese “congratulations” button, ideograph japanese 祝
㊙️ Japanese “secret” button, ideograph japanese 秘
🈺 Japanese “open for business” button, ideograph japanese 営 u55b6
🈵 Japanese “no vacancy” button, ideograph japanese 満 u6e80
🔴 red circle, geometric
🟠 orange circle
🟡 yellow circle
🟢 green circle
🔵 blue circle, geometric large
🟣 purple circle
🟤 brown circle
⚫️ black circle, geometric
⚪️ white circle, geometric
🟥 red square
🟧 orange square
🟨 yellow square
🟩 green square
🟦 blue square
🟪 purple square
🟫 brown square
⬛️ black large square, geometric
⬜️ white large square, geometric
◼️ black medium square, geometric
◻️ white medium square, geometric
◾️ black medium-small square, geometric
◽️ white medium-small square, geometric
▪️ black small square, geometric
▫️ white small square, geometric
🔶 large orange diamond, geometric
🔷 large blue diamond, geometric
🔸 small orange diamond, geometric
🔹 small blue diamond, geometric
🔺 red triangle pointed up, geometric small
🔻 red triangle pointed down, geometric small
💠 diamond with a dot, comic geometric inside shape
🔘 radio button, geometric
🔳 white square button, geometric outlined
🔲 black square button, geometric`,
  ],
];
